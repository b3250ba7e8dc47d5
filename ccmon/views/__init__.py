"""Pure functions from values to lines of text: what people and programs see."""
