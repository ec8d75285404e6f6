"""Make the pictures of README and the guide from the aviary, by clicking and typing: one module per workspace.

python -m benchmarks.pictures [NAME …] [--out DIR]
"""
