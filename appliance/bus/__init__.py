"""Carries: facts and states between the processes, over MQTT on a local socket."""
