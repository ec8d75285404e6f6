"""The pictures in README and in the guide, made anew from the aviary by hands that click: one module a workspace.

python -m benchmarks.pictures [NAME …] [--out DIR]
"""
