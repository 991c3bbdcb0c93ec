"""The kit's cell with a lathe and a gauge that a PLC drives."""

from dataclasses import replace

from cell.driver import Assembly
from cell_drivers.conformance.built_in import built_in

DEVICES = frozenset({"lathe", "gauge"})


def assembly(address: str) -> Assembly:
    whole = built_in("opcua_io")
    lathe = whole.cell.equipment["lathe"]
    told = replace(lathe, signals={**lathe.signals, "occupied": "lathe.occupied"})
    cell = replace(whole.cell, equipment={**whole.cell.equipment, "lathe": told})
    return replace(whole, cell=cell, devices=DEVICES, addresses=dict.fromkeys(DEVICES, address))
