"""The scenarios, in the order of the table they fill."""

import resolving
import trees
import images

SCENARIOS = {
    **resolving.SCENARIOS,
    **trees.SCENARIOS,
    **images.SCENARIOS,
}
