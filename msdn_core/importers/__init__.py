"""Import: formats describe themselves in ``formats``, files are read in ``readers``, projects are made in between."""
