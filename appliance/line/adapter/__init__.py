"""An analog adapter on the line: opto inputs, hook relay and sound, understood and driven in software."""
