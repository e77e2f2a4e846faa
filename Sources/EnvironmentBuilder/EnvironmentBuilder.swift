// From a recipe to a delivered environment.
