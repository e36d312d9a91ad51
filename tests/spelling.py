"""Checks the spelling of all prose against a dictionary of British English (aspell, en_GB-ise): README, the DESIGN
files, docs, the texts and comments of the schemas, the texts of the command line, and comments in C. It leaves out code
in backquotes, paths, options, names of the schemas, and, in a comment, the names of its file. tests/words lists words
that the dictionary lacks."""

import glob
import os
import re
import shutil
import subprocess

DICTIONARY = 'en_GB-ise'
# Files written by programs, or pictures of the command line's output.
LEFT_OUT = {'docs/protocol.md'}
STRING = re.compile(r'"((?:\\.|[^"\\\n])*)"')
# Not words: `code`, addresses, paths, options, PLACEHOLDERS, formats, and every token with a digit or an underscore.
CODE = re.compile(r'`[^`]*`|\]\([^)]*\)|\w+://\S+|<[^>\s]*>|--[\w-]+|%[-+ #0*.\d]*[a-z]+|\\.|\$\w+|@\w+|'
                  r"[\w.~]*/[\w./*-]*|\w+(?:[._:]\w+)+|\w*[\d_]\w*|\b[A-Z]{2,}\w*\b")
WORD = re.compile(r"(?<![\w'’-])[A-Za-z]+(?:['’][a-z]+)?(?![\w-])")


def prose_of_markdown(text):
    return re.sub(r'^( *)```.*?^\1```', '', text, flags=re.M | re.S)


def prose_of_schema(text):
    """The texts of messages and services, and comments. The columns of types and examples are not prose."""
    lines = []
    for line in text.split('\n'):
        code, _, comment = line.partition('#')
        if re.match(r'(service|enum|record|ask|event)\b', line):
            lines += STRING.findall(line)
        elif comment:
            lines.append(comment if '"' not in comment or '"' not in code else line[line.rindex('#') + 1:])
    return '\n'.join(lines)


def prose_of_code(text):
    """The strings with a space in them; the parts of a string that spans several lines are joined."""
    text = re.sub(r'"\s*\n\s*"', '', text)
    return '\n'.join(found for found in STRING.findall(text) if ' ' in found)


def prose_of_comments(text):
    names = set(re.findall(r'\w+', re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', ' ', text, flags=re.S)))
    return re.sub(r'\w+', lambda found: ' ' if found.group() in names else found.group(),
                  '\n'.join(CODE.sub(' ', comment) for comment in re.findall(r'/\*.*?\*/', text, re.S)))


PRODUCT = ('common', 'proto', 'store', 'services', 'supervisor', 'frontends')


def texts(top):
    """(path, prose) of each file."""
    kinds = ((('*.md', 'docs/*.md', '*/DESIGN.md', '*/*/DESIGN.md', '*/*/*/DESIGN.md'), prose_of_markdown),
             (('schemas/*.schema',), prose_of_schema), (('frontends/cli/**/*.[ch]',), prose_of_code),
             (tuple(part + '/**/*.[ch]' for part in PRODUCT), prose_of_comments))
    for patterns, prose in kinds:
        for pattern in patterns:
            for path in sorted(glob.glob(os.path.join(top, pattern), recursive=True)):
                name = os.path.relpath(path, top)
                if name not in LEFT_OUT and not name.startswith('build'):
                    with open(path, encoding='utf-8') as file:
                        yield name, prose(file.read())


def names_of_schemas(top):
    """The names of services, records, asks, fields and words of enums, which texts may use without backquotes."""
    names = set()
    for path in glob.glob(os.path.join(top, 'schemas/*.schema')):
        with open(path, encoding='utf-8') as file:
            for line in file:
                code = STRING.sub('', line.partition('#')[0])
                names.update(re.findall(r'\b[a-z]\w*', code))
    return names


def unknown_words(top):
    """(word, path) of each word that is neither in the dictionary nor in tests/words. None without a dictionary."""
    if not shutil.which('aspell'):
        return None
    with open(os.path.join(top, 'tests/words'), encoding='utf-8') as file:
        accepted = {word for line in file if not line.startswith('#') for word in line.split()}
    accepted |= names_of_schemas(top)
    first = {}
    for path, text in texts(top):
        for word in WORD.findall(CODE.sub(' ', text)):
            word = word.replace('’', "'")
            if word not in accepted and word.lower() not in accepted and word.removesuffix("'s") not in accepted:
                first.setdefault(word, path)
    found = subprocess.run(['aspell', 'list', '--lang=' + DICTIONARY, '--encoding=utf-8'], input='\n'.join(first),
                           capture_output=True, text=True, check=False)
    if found.returncode:
        return None
    return sorted((word, first[word]) for word in set(found.stdout.split()) if word in first)
