"""How the networks learned: data, networks, one training loop, calibration and export (extra 'train').

`python -m kltool.training` trains and exports; reading knees needs none of it.
"""
