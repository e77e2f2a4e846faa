// Recipes, locks and environment ids.
