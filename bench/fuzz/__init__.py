"""Random, mutated and guided input for every decoder: nothing may crash, warn, or report what nobody sent."""
