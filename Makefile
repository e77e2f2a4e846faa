# make run     install what is missing, build, and run the main job: TensorFlow resolved, as a folder and as an image
# make test    install what is missing, build and pass the tests (30 minutes at most on two cores, from a cold clone)
# make deep    the tests that take long: large wheels, thousands of seeds, hundreds of kills, ready recipes, benchmarks
#
# The same without make, which a bare machine lacks: scripts/run, scripts/test, scripts/deep.

.PHONY: help run test deep

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

run test deep:
	@scripts/$@
