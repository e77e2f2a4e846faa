// Units as image layers.
