"""Files as what they are, text, MATLAB, pickled, HDF5: no reader knows of a data set, and none trusts what it reads."""
