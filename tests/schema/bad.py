#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The wrong schemas of bad.txt as files: tests/schema/bad.py FOLDER writes NAME.schema, the schemas next to it in NAME/,
and NAME.error, the message that schemac gives."""
import os
import re
import sys

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'bad.txt')


def bytes_of(lines):
    text = ''.join(line[4:] + '\n' for line in lines).encode()
    return re.sub(rb'\\x([0-9a-f]{2})', lambda found: bytes([int(found[1], 16)]), text)


def bad_schemas():
    """For each case its name, its message, and its files: [(path, bytes)]."""
    with open(TABLE, encoding='utf-8') as table:
        cases = re.split(r'\n\n+(?=\w)', table.read().rstrip('\n'))
    for case in cases[1:]:
        head, *lines = case.split('\n')
        name, place, message = head.split(' ', 2)
        files = [(f'{name}.schema', [])]
        for line in lines:
            if line.startswith('  + '):
                files.append((f'{name}/{line[4:]}', []))
            else:
                files[-1][1].append(line)
        yield name, f'{name}.schema:{place} error: {message}\n', [(path, bytes_of(of)) for path, of in files]


def main():
    for name, message, files in bad_schemas():
        for path, data in files + [(f'{name}.error', message.encode())]:
            path = os.path.join(sys.argv[1], path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'wb') as out:
                out.write(data)


if __name__ == '__main__':
    main()
