"""The three servers of the double, each as one connection: bytes in, bytes out. Written from the guides, not from our client."""

import struct
from collections.abc import Callable

import numpy as np

from tests.doubles.ur.controller import PLAYING, RUNNING, VALUES, Controller
from tests.doubles.ur.urscript import is_whole

SHAPES = {"BOOL": "?", "UINT8": "B", "UINT32": "I", "UINT64": "Q", "INT32": "i", "DOUBLE": "d", "VECTOR6D": "6d"}


def package(kind: str, body: bytes) -> bytes:
    return struct.pack(">HB", len(body) + 3, ord(kind)) + body


class RtdeFace:
    """One client of port 30004. `claimed` are the inputs that it writes, which no other may."""

    def __init__(self, controller: Controller, others: list["RtdeFace"]) -> None:
        self.controller, self.others = controller, others
        self.claimed: tuple[str, ...] = ()
        self.is_started = False
        self._names: tuple[str, ...] = ()
        self._every = 1
        self._shape = ">"
        self._left = b""
        others.append(self)

    def close(self) -> None:
        self.others.remove(self)

    def received(self, data: bytes) -> bytes:
        """Raises ValueError for what no client sends: a server drops it then."""
        self._left += data
        answers = b""
        while len(self._left) >= 3:
            size, kind = struct.unpack(">HB", self._left[:3])
            if size < 3:
                raise ValueError("no package")
            if len(self._left) < size:
                break
            body, self._left = self._left[3:size], self._left[size:]
            answers += self._answer(chr(kind), body)
        return answers

    def stepped(self) -> bytes:
        """What one period brings: a data package, where it is time for one."""
        if not self.is_started or self.controller.tick % self._every:
            return b""
        flat: list[object] = []
        for name in self._names:
            value = self.controller.value(name)
            flat.extend(value.tolist() if isinstance(value, np.ndarray) else [value])
        return package("U", b"\x01" + struct.pack(self._shape, *flat))

    def _answer(self, kind: str, body: bytes) -> bytes:
        match kind:
            case "V":
                return package("V", bytes([struct.unpack(">H", body)[0] in (1, 2)]))
            case "v":
                return package("v", struct.pack(">4I", *self.controller.version))
            case "O":
                return self._outputs(body)
            case "I":
                return self._inputs(body)
            case "S":
                self.is_started = True
                return package("S", b"\x01")
            case "P":
                self.is_started = False
                return package("P", b"\x01")
            case "U":
                self._write(body)
                return b""
            case "M":
                return b""
            case _:
                raise ValueError(f"no request {kind!r}")

    def _outputs(self, body: bytes) -> bytes:
        (frequency,) = struct.unpack(">d", body[:8])
        names = body[8:].decode("ascii").removesuffix(",")  # ur_rtde ends its list with a comma, and controllers take it
        self._names = tuple(names.split(","))
        self._shape = ">" + "".join(SHAPES.get(_kind_of(name), "") for name in self._names)
        self._every = max(1, round(1.0 / frequency / self.controller.period)) if frequency > 0 else 1
        return package("O", b"\x01" + ",".join(_kind_of(name) for name in self._names).encode("ascii"))

    def _inputs(self, body: bytes) -> bytes:
        names = tuple(body.decode("ascii").split(","))
        taken = {name for other in self.others if other is not self for name in other.claimed}
        kinds = ["IN_USE" if name in taken else _input_kind(name) for name in names]
        if not {"IN_USE", "NOT_FOUND"} & set(kinds):
            self.claimed = names
        return package("I", b"\x01" + ",".join(kinds).encode("ascii"))

    def _write(self, body: bytes) -> None:
        shapes = "".join(SHAPES[_input_kind(name)] for name in self.claimed)
        if len(body) != 1 + struct.calcsize(">" + shapes):
            raise ValueError("inputs of another size")
        values = dict(zip(self.claimed, struct.unpack(">" + shapes, body[1:]), strict=True))
        for name, value in values.items():
            kind, _, number = name.rpartition("_")
            if kind == "input_int_register":
                self.controller.in_int[int(number)] = value
            elif kind == "input_double_register":
                self.controller.in_double[int(number)] = value
        if values.get("speed_slider_mask") and "speed_slider_fraction" in values:
            self.controller.slider = values["speed_slider_fraction"]


def _kind_of(name: str) -> str:
    if name.startswith("output_int_register_"):
        return "INT32"
    if name.startswith("output_double_register_"):
        return "DOUBLE"
    return VALUES[name][0] if name in VALUES else "NOT_FOUND"


def _input_kind(name: str) -> str:
    if name.startswith("input_int_register_"):
        return "INT32"
    if name.startswith("input_double_register_"):
        return "DOUBLE"
    return {"speed_slider_mask": "UINT32", "speed_slider_fraction": "DOUBLE"}.get(name, "NOT_FOUND")


class DashboardFace:
    """One client of port 29999."""

    hello = b"Connected: Universal Robots Dashboard Server\n"

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self._left = b""

    def received(self, data: bytes) -> bytes:
        *lines, self._left = (self._left + data).split(b"\n")
        return b"".join(f"{self._answer(line.decode('ascii').strip())}\n".encode("ascii") for line in lines)

    def _answer(self, request: str) -> str:
        c = self.controller
        acts: dict[str, Callable[[], bool | None]] = {
            "power on": c.power_on,
            "power off": c.power_off,
            "brake release": c.brake_release,
            "stop": c.end_program,
            "unlock protective stop": c.unlock,
        }
        told = {
            "power on": "Powering on",
            "power off": "Powering off",
            "brake release": "Brake releasing",
            "stop": "Stopped",
            "unlock protective stop": "Protective stop releasing",
        }
        if request in acts:
            return f"Failed to execute: {request}" if acts[request]() is False else told[request]
        answers = {
            "robotmode": f"Robotmode: {MODES[c.mode]}",
            "safetystatus": f"Safetystatus: {SAFETY[c.safety]}",
            "get robot model": c.model_name,
            "get serial number": c.serial,
            "PolyscopeVersion": f"URSoftware {'.'.join(map(str, c.version))} (Jan 01 2026)",
            "is in remote control": str(c.is_remote).lower(),
        }
        return answers.get(request, f"could not understand: {request!r}")


MODES = {3: "POWER_OFF", 5: "IDLE", 7: "RUNNING"}
SAFETY = {1: "NORMAL", 2: "REDUCED", 3: "PROTECTIVE_STOP", 7: "ROBOT_EMERGENCY_STOP"}


class ScriptFace:
    """One client of port 30002: programs in; the robot's states out, ten times a second, whoever reads them."""

    hello = struct.pack(">iB", 5, 20)

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self._left = ""

    def received(self, data: bytes) -> bytes:
        self._left += data.decode("ascii")
        while is_whole(self._left):
            end = self._left.index("\nend\n") + len("\nend\n")
            text, self._left = self._left[:end], self._left[end:]
            self.controller.take_script(text)
        return b""

    def stepped(self) -> bytes:
        c = self.controller
        if c.tick % round(0.1 / c.period):
            return b""
        mode = struct.pack(">iBQ?????", 18, 0, c.tick, True, True, c.mode == RUNNING, False, c.runtime == PLAYING)
        return struct.pack(">iB", 5 + len(mode), 16) + mode
