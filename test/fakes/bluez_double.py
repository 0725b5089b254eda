"""A look-alike of BlueZ on whatever bus DBUS_SYSTEM_BUS_ADDRESS names. Commands are lines of JSON on stdin; answers and events on stdout.

Written on python3-dbus, so that the gateway's own D-Bus library does not stand on both ends. Runs until its stdin ends.
"""
import json
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SystemBus()
PROPERTIES = 'org.freedesktop.DBus.Properties'
MANAGER = 'org.freedesktop.DBus.ObjectManager'
ADAPTER, DEVICE, SERVICE, CHARACTERISTIC = ('org.bluez.' + name for name in ('Adapter1', 'Device1', 'GattService1', 'GattCharacteristic1'))
AGENT = 'org.bluez.Agent1'
MONITORS, MONITOR = 'org.bluez.AdvertisementMonitorManager1', 'org.bluez.AdvertisementMonitor1'
objects = {}
agents = {}
calls = {}


def say(**event):
    print(json.dumps(event), flush=True)


def count(name):
    calls[name] = calls.get(name, 0) + 1


def error(name, text):
    return dbus.DBusException(text, name='org.bluez.Error.' + name)


def row(text):
    return dbus.Array(bytes.fromhex(text), signature='y')


def parent(path):
    return dbus.ObjectPath(path.rsplit('/', 1)[0])


class Thing(dbus.service.Object):
    """An object with one interface and its properties."""

    more = {}

    def __init__(self, path, interface, properties):
        super().__init__(bus, path)
        self.path, self.interface, self.properties = path, interface, properties
        objects[path] = self
        root.InterfacesAdded(dbus.ObjectPath(path), {interface: properties, **self.more})

    def update(self, **values):
        self.properties.update(values)
        self.PropertiesChanged(self.interface, values, [])

    def drop(self):
        objects.pop(self.path)
        root.InterfacesRemoved(dbus.ObjectPath(self.path), [self.interface])
        self.remove_from_connection()

    @dbus.service.method(PROPERTIES, in_signature='ss', out_signature='v')
    def Get(self, interface, name):
        if name not in self.properties:
            raise dbus.DBusException('No such property', name='org.freedesktop.DBus.Error.InvalidArgs')
        return self.properties[name]

    @dbus.service.method(PROPERTIES, in_signature='s', out_signature='a{sv}')
    def GetAll(self, interface):
        return self.properties

    @dbus.service.method(PROPERTIES, in_signature='ssv')
    def Set(self, interface, name, value):
        say(set=str(name), value=bool(value), path=self.path)
        self.update(**{name: value})
        if name == 'Powered' and not value:
            self.update(Discovering=False)
            for one in [thing for thing in objects.values() if thing.path.startswith(self.path + '/') and thing.interface == DEVICE]:
                if one.properties['Connected']:
                    unlink(one.path)

    @dbus.service.signal(PROPERTIES, signature='sa{sv}as')
    def PropertiesChanged(self, interface, changed, invalidated):
        pass


class Root(dbus.service.Object):
    @dbus.service.method(MANAGER, out_signature='a{oa{sa{sv}}}')
    def GetManagedObjects(self):
        return {dbus.ObjectPath(path): {thing.interface: thing.properties, **thing.more} for path, thing in objects.items()}

    @dbus.service.signal(MANAGER, signature='oa{sa{sv}}')
    def InterfacesAdded(self, path, interfaces):
        pass

    @dbus.service.signal(MANAGER, signature='oas')
    def InterfacesRemoved(self, path, interfaces):
        pass


class AgentManager(dbus.service.Object):
    @dbus.service.method('org.bluez.AgentManager1', in_signature='os', sender_keyword='sender')
    def RegisterAgent(self, path, capability, sender):
        agents[str(sender)] = str(path)
        say(agent=str(path), capability=str(capability))


class Adapter(Thing):
    more = {MONITORS: {'SupportedMonitorTypes': dbus.Array(['or_patterns'], signature='s')}}

    @dbus.service.method(MONITORS, in_signature='o', sender_keyword='sender')
    def RegisterMonitor(self, path, sender):
        count('RegisterMonitor')
        if self.mode == 'no-monitor':
            raise error('Failed', 'Failed to register monitor')

        def told(found):
            for monitor in found.values():
                say(monitor=str(monitor[MONITOR]['Type']), patterns=len(monitor[MONITOR]['Patterns']))

        manager = dbus.Interface(bus.get_object(sender, path, introspect=False), MANAGER)
        manager.GetManagedObjects(reply_handler=told, error_handler=lambda cause: say(monitor=str(cause)))

    @dbus.service.method(MONITORS, in_signature='o')
    def UnregisterMonitor(self, path):
        count('UnregisterMonitor')

    mode = 'ok'

    @dbus.service.method(ADAPTER, in_signature='a{sv}')
    def SetDiscoveryFilter(self, wanted):
        say(filter={str(key): str(value) for key, value in wanted.items()})

    @dbus.service.method(ADAPTER)
    def StartDiscovery(self):
        count('StartDiscovery')
        if not self.properties['Powered']:
            raise error('NotReady', 'Resource Not Ready')
        if self.properties['Discovering']:
            raise error('InProgress', 'Operation already in progress')
        self.update(Discovering=True)

    @dbus.service.method(ADAPTER)
    def StopDiscovery(self):
        count('StopDiscovery')
        if not self.properties['Discovering']:
            raise error('Failed', 'No discovery started')
        self.update(Discovering=False)

    @dbus.service.method(ADAPTER, in_signature='o')
    def RemoveDevice(self, path):
        count('RemoveDevice')
        drop(str(path))


class Device(Thing):
    mode = 'ok'
    pending = None

    @dbus.service.method(DEVICE, async_callbacks=('done', 'failed'))
    def Connect(self, done, failed):
        count('Connect')
        if self.mode == 'fail':
            failed(error('Failed', 'le-connection-abort-by-local'))
            return
        if self.mode == 'hang':
            self.pending = failed
            return

        def finish():
            self.update(Connected=True)
            done()
            if self.mode != 'unresolved':
                self.update(ServicesResolved=True)
            return False

        GLib.timeout_add(2, finish)

    @dbus.service.method(DEVICE)
    def Disconnect(self):
        count('Disconnect')
        if self.pending:
            self.pending(error('Failed', 'Operation aborted'))
            self.pending = None
        unlink(self.path)

    @dbus.service.method(DEVICE, async_callbacks=('done', 'failed'), sender_keyword='sender')
    def Pair(self, done, failed, sender):
        count('Pair')
        path = agents.get(str(sender))
        if path is None:
            failed(error('AuthenticationFailed', 'Authentication Failed'))
            return

        def agreed(*_):
            self.update(Paired=True)
            done()

        agent = dbus.Interface(bus.get_object(sender, path, introspect=False), AGENT)
        if self.mode == 'passkey':
            agent.RequestPasskey(dbus.ObjectPath(self.path), reply_handler=agreed,
                                 error_handler=lambda _: failed(error('AuthenticationRejected', 'Authentication Rejected')))
        else:
            agent.RequestAuthorization(dbus.ObjectPath(self.path), reply_handler=agreed,
                                       error_handler=lambda _: failed(error('AuthenticationRejected', 'Authentication Rejected')))


class Service(Thing):
    @dbus.service.method(SERVICE)
    def Nothing(self):
        """An interface without a method would be missing from introspection."""


class Characteristic(Thing):
    mode = 'ok'

    @dbus.service.method(CHARACTERISTIC, in_signature='a{sv}', out_signature='ay', async_callbacks=('done', 'failed'))
    def ReadValue(self, options, done, failed):
        count('ReadValue')
        if self.mode == 'hang':
            return
        if self.mode == 'refuse':
            failed(error('NotPermitted', 'Read not permitted'))
        else:
            done(self.properties['Value'])

    @dbus.service.method(CHARACTERISTIC, in_signature='aya{sv}')
    def WriteValue(self, value, options):
        self.properties['Value'] = value
        say(write=bytes(value).hex(), type=str(options.get('type', '')), path=self.path)

    @dbus.service.method(CHARACTERISTIC)
    def StartNotify(self):
        count('StartNotify')
        if self.properties['Notifying']:
            raise error('InProgress', 'Operation already in progress')
        self.update(Notifying=True)

    @dbus.service.method(CHARACTERISTIC)
    def StopNotify(self):
        count('StopNotify')
        self.update(Notifying=False)


def unlink(path):
    """A connection ends: with it all subscriptions."""
    objects[path].update(Connected=False, ServicesResolved=False)
    for one in objects.values():
        if one.path.startswith(path + '/') and one.interface == CHARACTERISTIC:
            one.properties['Notifying'] = False


def drop(path):
    for one in sorted((one for one in objects if one == path or one.startswith(path + '/')), reverse=True):
        objects[one].drop()


def path_of(index):
    return '/org/bluez/hci0/dev_AA_BB_CC_%02X_%02X_%02X' % (index >> 16 & 255, index >> 8 & 255, index & 255)


def make_device(path, name=''):
    address = path.rsplit('dev_', 1)[1].replace('_', ':')
    return Device(path, DEVICE, {
        'Address': address, 'AddressType': 'random', 'Alias': name or address.replace(':', '-'), 'Adapter': parent(path),
        **({'Name': name} if name else {}),
        'Paired': False, 'Connected': False, 'ServicesResolved': False, 'RSSI': dbus.Int16(-60),
        'ManufacturerData': dbus.Dictionary({}, signature='qv'), 'ServiceData': dbus.Dictionary({}, signature='sv'),
        'UUIDs': dbus.Array([], signature='s')})


def advertise(path, rssi, manufacturer=None, services=None):
    objects[path].update(
        RSSI=dbus.Int16(rssi),
        ManufacturerData=dbus.Dictionary({dbus.UInt16(int(key)): row(value) for key, value in (manufacturer or {}).items()}, signature='qv'),
        ServiceData=dbus.Dictionary({key: row(value) for key, value in (services or {}).items()}, signature='sv'))


class Beacons:
    """Devices that advertise by themselves, each at its own moment of the period."""

    def __init__(self, number, every_ms, rounds):
        self.number, self.left, self.sent = number, number * rounds, 0
        for index in range(number):
            make_device(path_of(index), 'beacon %d' % index)
        self.rate, self.began = number * 1000 / every_ms, GLib.get_monotonic_time()
        GLib.timeout_add(max(1, every_ms // 50), self.tick)

    def tick(self):
        elapsed = (GLib.get_monotonic_time() - self.began) / 1e6
        # As many as are due by now: a late timer must not make the rate lower than it says.
        for _ in range(min(round(elapsed * self.rate) - self.sent, self.left)):
            index = self.sent % self.number
            number = self.sent // self.number % 65535
            frame = '0512fc5394c37c0004fffc040cac3642%04x%012x' % (number, index)
            advertise(path_of(index), -40 - index % 50, {'1177': frame})
            self.sent += 1
            self.left -= 1
        if self.left == 0:
            say(beacons=self.sent, seconds=elapsed)
        return self.left > 0


def do(command):
    what, path = command['op'], command.get('path', '')
    if what == 'adapter':
        Adapter(path, ADAPTER, {'Address': command['address'], 'Name': 'double', 'Alias': 'double', 'Powered': True, 'Discovering': False})
    elif what == 'device':
        make_device(path, command.get('name', ''))
    elif what == 'advertise':
        advertise(path, command.get('rssi', -60), command.get('manufacturer'), command.get('services'))
    elif what == 'service':
        Service(path, SERVICE, {'UUID': command['uuid'], 'Primary': True, 'Device': parent(path)})
    elif what == 'characteristic':
        Characteristic(path, CHARACTERISTIC, {
            'UUID': command['uuid'], 'Service': parent(path), 'Flags': dbus.Array(command['flags'], signature='s'),
            'Notifying': False, 'Value': row(command.get('value', ''))})
    elif what == 'notify':
        for _ in range(command.get('times', 1)):
            objects[path].update(Value=row(command['value']))
    elif what == 'mode':
        objects[path].mode = command['mode']
    elif what == 'lost':
        unlink(path)
    elif what == 'power':
        objects[path].Set(ADAPTER, 'Powered', dbus.Boolean(command['on']))
    elif what == 'drop':
        drop(path)
    elif what == 'beacons':
        Beacons(command['count'], command['everyMs'], command['rounds'])
    elif what == 'calls':
        return dict(calls)
    return None


def read(source, condition):
    line = sys.stdin.readline()
    if not line:
        loop.quit()
        return False
    command = json.loads(line)
    try:
        say(ok=command['op'], id=command.get('id'), value=do(command))
    except Exception as cause:  # the test decides what a refused command means
        say(refused=command['op'], id=command.get('id'), because=repr(cause))
    return True


name = dbus.service.BusName('org.bluez', bus)
root = Root(bus, '/')
AgentManager(bus, '/org/bluez')
loop = GLib.MainLoop()
GLib.io_add_watch(0, GLib.IO_IN | GLib.IO_HUP, read)
say(ready=True)
loop.run()
