# make run     install what is missing, build, and run the main job: a TensorFlow environment as a folder and an image
# make test    install what is missing, build and pass the tests (30 minutes at most on two cores, from a cold clone)
# make deep    the tests that take long: large wheels, thousands of seeds, hundreds of kills, and the benchmarks

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.PHONY: help run test deep

release := swift build -c release --static-swift-stdlib --product chidori
chidori := .build/release/chidori
OUT ?= $(CURDIR)/.build/run

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

run:
	@scripts/setup run
	$(release)
	$(chidori) env build recipes/tensorflow.lock.toml --to $(OUT)/tensorflow --image oci:$(OUT)/images:tensorflow
	$(chidori) env run $(OUT)/tensorflow -- python -c 'import tensorflow as tf; print("TensorFlow", tf.__version__, tf.reduce_sum(tf.ones([2, 3])).numpy())'

test:
	@scripts/setup tests
	$(release)
	swift build --build-tests
	CHIDORI_EXECUTABLE=$(CURDIR)/$(chidori) swift test --skip-build --disable-xctest

deep:
	@scripts/setup deep
	$(release)
	swift build --build-tests
	CHIDORI_DEEP=1 CHIDORI_EXECUTABLE=$(CURDIR)/$(chidori) swift test --skip-build --disable-xctest
	python3 Tests/Benchmarks/run.py --all --write docs/benchmarks.md
