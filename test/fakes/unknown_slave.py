"""A Modbus RTU slave that nobody has described: it makes a pseudo terminal of its own, answers by pymodbus, and only at its own baud rate
and stop bits, which it reads from what the other end has set. At any other speed it answers with garbage now and then, as a real one would.

Its first line names the port. Lines on its input: `set 21.5` changes the measured value, `unplug` takes the port away, `plug` makes a new
one and names it, `quit` ends it; so does the end of its input.
"""
import argparse
import logging
import os
import pty
import random
import select
import struct
import sys
import termios
import time
import tty

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.device import ModbusControlBlock
from pymodbus.factory import ServerDecoder
from pymodbus.transaction import ModbusRtuFramer

parser = argparse.ArgumentParser()
parser.add_argument("--unit", type=int, default=17)
parser.add_argument("--baud", type=int, default=19200)
parser.add_argument("--stop", type=int, default=1)
parser.add_argument("--order", choices=["big", "little", "big-swapped", "little-swapped"], default="little-swapped")
parser.add_argument("--address", type=int, default=22, help="zero-based register of the value")
parser.add_argument("--value", type=float, default=231.5)
parser.add_argument("--registers", type=int, default=60, help="beyond them: exception 2")
parser.add_argument("--vendor", default="", help="answers device identification (43/14) with this vendor")
parser.add_argument("--seed", type=int, default=1)
options = parser.parse_args()

logging.disable(logging.CRITICAL)  # a refused request is no trouble here
SPEEDS = {getattr(termios, name): int(name[1:]) for name in dir(termios) if name[0] == "B" and name[1:].isdigit()}
chance = random.Random(options.seed)
block = ModbusSequentialDataBlock(0, [chance.randrange(65536) for _ in range(options.registers)])
context = ModbusServerContext({options.unit: ModbusSlaveContext(hr=block, ir=block, zero_mode=True)}, single=False)
if options.vendor:
    identity = ModbusControlBlock().Identity
    identity.VendorName = options.vendor
    identity.ProductCode = "UNKNOWN-1"
    identity.MajorMinorRevision = "1.0"


def measure(value):
    """The value as a float32 in the order of this device."""
    a, b, c, d = struct.pack(">f", value)
    wire = {
        "big": (a, b, c, d),
        "little": (d, c, b, a),
        "big-swapped": (b, a, d, c),
        "little-swapped": (c, d, a, b),
    }[options.order]
    block.setValues(options.address, [wire[0] << 8 | wire[1], wire[2] << 8 | wire[3]])


def understood(master):
    settings = termios.tcgetattr(master)
    stop = 2 if settings[2] & termios.CSTOPB else 1
    return SPEEDS.get(settings[5]) == options.baud and stop == options.stop


def answer(master, request):
    if request.unit_id != options.unit:
        return
    response = request.execute(context[options.unit])
    response.transaction_id, response.unit_id = request.transaction_id, request.unit_id
    packet = framer.buildPacket(response)
    time.sleep(len(packet) * 11 / options.baud)
    os.write(master, packet)


def plug():
    """A new pseudo terminal; its name is printed."""
    ends = pty.openpty()
    tty.setraw(ends[1])
    print(os.ttyname(ends[1]), flush=True)
    return ends


def obey(line):
    """A line of the input: `set <value>`, `unplug`, `plug`, `quit`."""
    global master, slave
    word, _, rest = line.decode().partition(" ")
    if word == "set":
        measure(float(rest))
    elif word == "unplug":
        os.close(master)
        os.close(slave)
        master = slave = None
    elif word == "plug":
        master, slave = plug()
    else:
        sys.exit(0)


framer = ModbusRtuFramer(ServerDecoder())
measure(options.value)
master, slave = plug()
commands = b""
while True:
    ends = [0] if master is None else [master, 0]
    ready, _, _ = select.select(ends, [], [], 0.02)
    if not ready:
        framer.resetFrame()  # a request ends with a silence
    if master in ready:
        data = os.read(master, 1024)
        if understood(master):
            framer.processIncomingPacket(data, lambda request: answer(master, request), [options.unit], single=False)
        elif chance.random() < 0.1:
            os.write(master, bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9))))
    if 0 in ready:
        chunk = os.read(0, 1024)
        if not chunk:
            sys.exit(0)
        *lines, commands = (commands + chunk).split(b"\n")
        for line in lines:
            obey(line)
