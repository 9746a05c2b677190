"""The scoring suites: what kltool reads on knees with known answers, against its acceptance criteria.

`scripts/evaluate.py` and `scripts/benchmark.py` make the pages of docs/results with them. A package a page:
`localize`, `jointspace`, `grade`, `comparison` and `batch`, in each of which `page` gathers the sections;
`pipeline` is a page of its own. Shared are `criteria`, `markdown`, `plots` and `statistics`, `reading` (one
knee of a film) and `perturbations` (films of one knee that differ as films may).
"""
