#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""The completion scripts, each run by its shell."""
import os
import shutil

from tests.claims import SONIC, claim, contains, file_text, run_claims, same, samples, skip, write_file

BASH = '''compopt() { :; }
source <(loophole completion bash)
COMP_LINE=$0 COMP_POINT=${#0}
_loophole loophole
printf "%s\\n" "${COMPREPLY[@]}"'''

# A terminal of the test types the line and then ^T, which completes and reports the end.
ZSH_INIT = '''at=%s
%s
autoload -Uz compinit; compinit -D -u
%s
function compadd {
    local -a found
    case " ${@[1,(i)(-|--)]} " in *' '-(O|A|D)' '*) builtin compadd "$@"; return ;; esac
    builtin compadd -O found "$@"
    print -rl -- $found >>$at/found
    builtin compadd "$@"
}
zle -C candidates complete-word _main_complete
function report { zle candidates; : >$at/done; }
zle -N report
bindkey '^T' report
: >$at/ready
'''
ZSH = '''at=$1 line=$2
zmodload zsh/zpty
zpty inner "exec zsh -f -i"
zpty -w inner "source $at/init"
until [[ -e $at/ready ]]; do sleep 0.02; done
zpty -w -n inner "$line"$'\\C-t'
until [[ -e $at/done ]]; do sleep 0.02; done
zpty -d inner'''


def library(home):
    """An engine with two kicks and a loop, which has tags."""
    home.library = home.file('library')
    os.mkdir(home.library)
    for path in samples('*kick*', 2) + samples('loop_amen.flac', 1, SONIC):
        shutil.copy(path, home.library)
    home.up()
    home.loophole('index', home.library, '--wait')
    home.loophole('tag', 'amen', '+warm', '+worn')


def words(text):
    return sorted(filter(None, text.split('\n')))


def bash_offers(home, line):
    """The sorted completions that bash offers for a line."""
    return [word.strip() for word in words(home.run('bash', '-c', BASH, line).out)]


def fish_offers(home, line):
    found = home.run('fish', '-c', 'loophole completion fish | source; complete -C $argv[1]', line).out
    return words('\n'.join(each.split('\t')[0] for each in found.splitlines()))


def zsh_offers(home, line, source):
    """zsh completes only at a terminal. It finds the script in `fpath`, as it is installed, or by `source`."""
    zsh_offers.count += 1
    at = home.file(f'zsh-{zsh_offers.count}')
    os.mkdir(at)
    write_file(at + '/_loophole', home.loophole('completion', 'zsh').out)
    with open(at + '/init', 'w', encoding='utf-8') as out:
        out.write(ZSH_INIT % (at, *(('', 'source <(loophole completion zsh)') if source else ('fpath=($at $fpath)', ''))))
    with open(at + '/found', 'w', encoding='utf-8'):
        pass
    home.run('zsh', '-f', '-c', ZSH, 'zsh', at, line, timeout=600)
    return sorted(set(words(file_text(at + '/found'))))


zsh_offers.count = 0


@claim(shares=library)
def bash_completes_what_the_engine_knows(home):
    home.loophole('search', 'kick', '--save', 'mine')
    contains(bash_offers(home, 'loophole s'), 'search')
    contains(bash_offers(home, 'loophole audio use '), 'dummy')
    contains(bash_offers(home, f'loophole show {home.library}/loop'), home.library + '/loop_amen.flac')
    for line, offers in (
            ('library ', 'add list remove rescan set'),
            ('search kick tag:w', 'warm worn'),
            ('tag amen +wo', '+worn'),
            ('play class:k', 'kick'),
            ('restart se', 'search'),
            ('logs per', 'persist'),
            ('mixer s', 'sequencer sounds streams'),
            ('mixer master g', 'gain='),
            ('pads set 1 r', 'ratio= release= reverb_send= reverse='),
            ('queries m', 'mine'),
            ('search x --sort b', 'bpm'),
            ('search x --sort=b', 'bpm'),
            ('search x --li', '--limit'),
            ('ask search.query', 'search.query'),
            ('ask search.query quer', 'query='),
            ('events persist.c', 'persist.changed'),
            ('completion b', 'bash')):
        same(offers, ' '.join(bash_offers(home, 'loophole ' + line)), line)


@claim(shares=library)
def bash_quotes_what_the_engine_offers(home):
    """A completed line has the words that the engine offered, and runs nothing."""
    hurt = home.file('hurt')
    ids = [line['id'] for line in home.json('search', '')]
    for id, pack in zip(ids, ('Millo Drums', f'kit$(touch {hurt})`touch {hurt}`', "Millo's")):
        home.loophole('edit', id, f'pack={pack}')
    offered = words(home.loophole('complete', 'pack:').out)
    same(3, len(offered))
    made = [home.run('bash', '-c', f'printf %s pack:{word}').out for word in bash_offers(home, 'loophole search pack:')]
    same(offered, sorted(made))
    assert not os.path.exists(hurt)
    home.loophole('undo')
    home.loophole('undo')
    home.loophole('undo')


def completes(home, shell, offers):
    """Checks completions that each shell offers in the same way."""
    if not shutil.which(shell):
        skip(f'no {shell}')
    for line, expected in (('ta', 'tag tasks'), ('library ', 'add list remove rescan set'), ('restart se', 'search'),
                           ('search tag:w', 'tag:warm tag:worn'), ('tag amen +wo', '+worn'),
                           ('search x --sort=b', '--sort=bpm')):
        same(expected, ' '.join(offers(home, 'loophole ' + line)), line)
    contains(' '.join(offers(home, f'loophole show {home.library}/loop')), 'loop_amen.flac')


@claim(shares=library)
def zsh_completes_commands_tags_services_and_files(home):
    completes(home, 'zsh', lambda home, line: zsh_offers(home, line, source=False))


@claim(shares=library)
def zsh_completes_after_source_too(home):
    completes(home, 'zsh', lambda home, line: zsh_offers(home, line, source=True))


@claim(shares=library)
def fish_completes_commands_tags_services_and_files(home):
    completes(home, 'fish', fish_offers)


@claim(shares=library)
def a_device_is_offered_once(home):
    offered = home.loophole('complete', '--line', '--', 'audio', 'use', '').out.split()
    same(1, offered.count('dummy'))
    same(len(offered), len(set(offered)))


@claim
def without_an_engine_its_names_are_completed_and_nothing_else(home):
    contains(bash_offers(home, 'loophole restart '), 'persist')
    same([], bash_offers(home, 'loophole search tag:w'))


run_claims()
