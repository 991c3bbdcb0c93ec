"""Robots we know, one `name.toml` each (and a `name.urdf` where it is ours), and the readers that turn such files into hulls
and chains. `cellwright/robot_models.py` is the only door to it."""
