"""A Modbus RTU slave by pymodbus: unit 3, holding register 0 counts up ten times a second, 1 is constant. Arguments: port, baud rate."""
import sys
import threading
import time

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartSerialServer
from pymodbus.transaction import ModbusRtuFramer

block = ModbusSequentialDataBlock(0, [0] * 100)
context = ModbusServerContext({3: ModbusSlaveContext(hr=block, ir=block, zero_mode=True)}, single=False)


def count():
    while True:
        time.sleep(0.1)
        block.setValues(0, [(block.getValues(0, 1)[0] + 1) % 65536, 230])


threading.Thread(target=count, daemon=True).start()
StartSerialServer(context=context, framer=ModbusRtuFramer, port=sys.argv[1], baudrate=int(sys.argv[2]), timeout=0.05)
