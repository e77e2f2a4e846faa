// Version solving.
