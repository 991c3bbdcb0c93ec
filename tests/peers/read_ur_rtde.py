"""Reads a controller with ur_rtde and prints what it said, as JSON. In a process of its own: ur_rtde keeps the interpreter to
itself while it connects, so the double could not answer from the same one.

    python read_ur_rtde.py HOST FIELD,… [SECONDS]
"""

import json
import sys
import time

import rtde_receive


def main(host: str, fields: str, seconds: str = "0.3") -> None:
    client = rtde_receive.RTDEReceiveInterface(host, 125.0, fields.split(","), False, True)
    first = client.getTimestamp()
    time.sleep(float(seconds))
    said = {
        "times": [first, client.getTimestamp()],
        "actual_q": client.getActualQ(),
        "actual_qd": client.getActualQd(),
        "target_q": client.getTargetQ(),
        "tcp": client.getActualTCPPose(),
        "temperatures": client.getJointTemperatures(),
        "modes": [client.getRobotMode(), client.getSafetyMode(), client.getRuntimeState()],
        "stopped": [client.isProtectiveStopped(), client.isEmergencyStopped()],
        "scaling": [client.getSpeedScaling(), client.getTargetSpeedFraction()],
        "integers": [client.getOutputIntRegister(n) for n in range(36, 40)],
        "doubles": [client.getOutputDoubleRegister(n) for n in (36, 37)],
    }
    client.disconnect()
    print(json.dumps(said))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
