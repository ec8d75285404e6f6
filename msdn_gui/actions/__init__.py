"""Actions as data: ``spec`` describes them without Qt, ``bind`` makes QActions of them."""
