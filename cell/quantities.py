"""Physical quantities: a number in SI with its dimension, and the units that a text may write it in."""

from __future__ import annotations

import math

from cell.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """`factor` turns one of this unit into SI (radians for angles, a bare number for counts and percent); `offset` is added
    after that, for a scale whose zero is not zero."""

    symbol: str
    dimension: str
    factor: float
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` in SI, `dimension` as in UNITS ("" for a bare number). `text` is what was written, for messages."""

    value: float
    dimension: str
    text: str = ""


_DEGREE = math.pi / 180.0

UNITS: tuple[Unit, ...] = (
    Unit("m", "length", 1.0),
    Unit("mm", "length", 1e-3),
    Unit("cm", "length", 1e-2),
    Unit("µm", "length", 1e-6),
    Unit("rad", "angle", 1.0),
    Unit("deg", "angle", _DEGREE),
    Unit("°", "angle", _DEGREE),
    Unit("s", "time", 1.0),
    Unit("ms", "time", 1e-3),
    Unit("min", "time", 60.0),
    Unit("h", "time", 3600.0),
    Unit("kg", "mass", 1.0),
    Unit("g", "mass", 1e-3),
    Unit("N", "force", 1.0),
    Unit("kN", "force", 1e3),
    Unit("Nm", "torque", 1.0),
    Unit("m/s", "speed", 1.0),
    Unit("mm/s", "speed", 1e-3),
    Unit("rad/s", "angular speed", 1.0),
    Unit("deg/s", "angular speed", _DEGREE),
    Unit("rpm", "angular speed", math.tau / 60.0),
    Unit("m/s²", "acceleration", 1.0),
    Unit("mm/s²", "acceleration", 1e-3),
    Unit("m/s2", "acceleration", 1.0),
    Unit("mm/s2", "acceleration", 1e-3),
    Unit("rad/s²", "angular acceleration", 1.0),
    Unit("deg/s²", "angular acceleration", _DEGREE),
    Unit("rad/s2", "angular acceleration", 1.0),
    Unit("deg/s2", "angular acceleration", _DEGREE),
    Unit("bar", "pressure", 1e5),
    Unit("mbar", "pressure", 1e2),
    Unit("Pa", "pressure", 1.0),
    Unit("kPa", "pressure", 1e3),
    Unit("A", "current", 1.0),
    Unit("mA", "current", 1e-3),
    Unit("V", "voltage", 1.0),
    Unit("W", "power", 1.0),
    Unit("kW", "power", 1e3),
    Unit("°C", "temperature", 1.0, 273.15),
    Unit("K", "temperature", 1.0),
    Unit("%", "ratio", 1e-2),
    Unit("parts", "parts", 1.0),
    Unit("part", "parts", 1.0),
    Unit("orders", "orders", 1.0),
    Unit("order", "orders", 1.0),
)
