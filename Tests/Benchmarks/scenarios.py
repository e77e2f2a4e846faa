"""The scenarios, in the order of the table they fill."""

import resolving
import trees
import images
import spark
import preflight

SCENARIOS = {
    **resolving.SCENARIOS,
    **trees.SCENARIOS,
    **images.SCENARIOS,
    **spark.SCENARIOS,
    **preflight.SCENARIOS,
}
