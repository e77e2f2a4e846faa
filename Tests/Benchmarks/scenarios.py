"""The scenarios, in the order of the table they fill."""

import jars
import resolving
import trees
import images
import volumes
import spark
import preflight
import jobs
import pulls
import registry
import collection

SCENARIOS = {
    **resolving.SCENARIOS,
    **jars.SCENARIOS,
    **trees.SCENARIOS,
    **images.SCENARIOS,
    **volumes.SCENARIOS,
    **spark.SCENARIOS,
    **preflight.SCENARIOS,
    **jobs.SCENARIOS,
    **pulls.SCENARIOS,
    **registry.SCENARIOS,
    **collection.SCENARIOS,
}
