"""largest.py SCHEMAS: the largest messages that the schemas allow. A service must accept or refuse each of them."""
import os
import re
import sys

import msgpack

MOST = (8 << 20) - 65536  # bytes of one list: the elements that fit in a message
WHOLE = (8 << 20) - 4096  # bytes of a message, in a frame with its head
NUMBERS = {"u64": 1, "i64": 1, "frames": 1, "usec": 1, "f64": 1.0, "bool": True}
FIELD = re.compile(r"    (\w+) +(\w+)(?:\(([^)]*)\))?(?:\[(\d+)\])?(\?)?(?: |$)")


class Schemas:
    """Every record and ask with its fields, and every enum with its first word."""

    def __init__(self, folder):
        self.shapes, self.enums, self.asks = {}, {}, []
        self.only = None
        for name in sorted(os.listdir(folder)):
            if name.endswith(".schema"):
                self.read(name[:-len(".schema")], open(os.path.join(folder, name), encoding="utf-8"))

    def read(self, service, lines):
        fields = None
        for line in lines:
            head = re.match(r"(record|ask|event|enum) (\w+)", line)
            field = FIELD.match(line)
            if head and head.group(1) == "enum":
                fields, enum = None, head.group(2)
                self.enums[enum] = None
            elif head:
                name = head.group(2) if head.group(1) == "record" else f"{service}.{head.group(2)}"
                fields = self.shapes.setdefault(name, [])
                if head.group(1) == "ask":
                    self.asks.append(name)
            elif field and fields is not None:
                fields.append(field.groups())
            elif line.startswith("    ") and fields is None and self.enums.get(enum) is None:
                self.enums[enum] = line.split()[0]

    def value(self, kind, bound, full, depth):
        most = int(bound) if bound and bound.isdigit() else 4095 if kind == "path" else 255
        if kind in NUMBERS:
            return type(NUMBERS[kind])(float(bound.split("..")[0])) if bound else NUMBERS[kind]
        if kind == "text":
            return "x" * most
        if kind in ("bytes", "path"):
            return b"x" * most
        if kind == "id":
            return os.urandom(16)
        return self.enums[kind] if kind in self.enums else self.message(kind, full, depth + 1)

    def message(self, name, full, depth=0):
        """With `full`, all fields have their largest value; otherwise lists have as many elements as allowed, with
        nothing in them. In an operation of a batch only the field `only` is set."""
        body = {}
        for field, kind, bound, count, _ in self.shapes[name]:
            if depth and not full or name == "operation" and field != self.only:
                continue
            one = self.value(kind, bound, full, depth)
            if count:
                room = MOST // (depth + 1) ** 8 // (len(msgpack.packb(one)) + 1)
                body[field] = [one] * max(1, min(int(count), room))
            else:
                body[field] = one
        while depth == 0 and len(msgpack.packb(body)) > WHOLE:  # several long lists
            longest = max((field for field in body if isinstance(body[field], list)), key=lambda field: len(msgpack.packb(body[field])))
            body[longest] = body[longest][:-1]
        return body


def largest(folder, services):
    """(ask, body) of each ask of these services: large elements, and many small ones; a batch with each operation."""
    schemas = Schemas(folder)
    for ask in schemas.asks:
        service, name = ask.split(".")
        if service == "service":
            yield from ((f"{other}.{name}", schemas.message(ask, True)) for other in services)
        if service not in services:
            continue
        has_operations = any(kind == "operation" for _, kind, *_ in schemas.shapes[ask])
        for schemas.only, *_ in schemas.shapes["operation"] if has_operations else [(None,)]:
            yield ask, schemas.message(ask, True)
        yield ask, schemas.message(ask, False)


if __name__ == "__main__":
    for ask_name, message in largest(sys.argv[1], sys.argv[2:]):
        print(ask_name, len(msgpack.packb(message)))
