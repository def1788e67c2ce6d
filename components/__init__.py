"""The library: a stack file as one typed value, and the components that make it real."""
