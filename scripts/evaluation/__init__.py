"""The joint space against everything that is known of it: simulation, annotation, masks, itself.

`jointspace` gathers the sections of docs/results/jointspace.md; each module answers one question of the
page; `statistics` has the figures, `page` the tables, `plots` the pictures, `workers` the processes.
"""
