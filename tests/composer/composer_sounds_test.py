#!/usr/bin/env -S PYTHONPATH=. /usr/bin/python3
"""How the sounds of packs sound: a real PostgreSQL server, and studios that have converted copies of them. LONG=1 also makes
a Debian 13 with pgvector (as root; TRIXIE=FOLDER keeps the system for the next time)."""
import os
import subprocess
import tempfile

from tests.claims import LONG, TOP, claim, contains, figure, run_claims, same, until
from tests.composer.composing import Studio, content_of, facts_of, found, put_pack

NUMBERS = '(select array_agg(sin({0} * i)::real) from generate_series(1, 64) i)'


def convert(studio, number, name, *how):
    """A converted copy of one of the sounds, in the library."""
    path = studio.home.file(f'library/copies/{name}')
    os.makedirs(os.path.dirname(path), exist_ok=True)
    subprocess.run(['ffmpeg', '-v', 'error', '-y', '-i', studio.sound(number), *how, path], check=True,
                   stdin=subprocess.DEVNULL)
    return path


def index_copies(studio):
    studio.home.loophole('index', studio.home.library, '--wait')


def id_of(studio, path):
    return studio.home.first('show', path)['id']


@claim(inside=Studio)
def a_converted_copy_of_a_packs_sound_is_recognised_by_its_sound(studio):
    copies = [convert(studio, 0, 'a.mp3', '-b:a', '128k'), convert(studio, 0, 'b.wav', '-af', 'volume=-4dB')]
    index_copies(studio)
    put_pack(studio, 'zanzibar', 'Zanzibar Drums', 'Nobody', '{dusty}', 0)
    studio.level('descriptors')
    studio.server.round(1)
    studio.sync()
    until(lambda: found(studio, 'label:zanzibar'))
    until(lambda: studio.sync() and studio.rows('sound') == 1, what='how the sound of the pack sounds is shared')
    assert studio.server.round(1) > 0
    studio.sync()
    ids = sorted([id_of(studio, studio.sound(0)), *(id_of(studio, path) for path in copies)])
    until(lambda: found(studio, 'label:zanzibar tag:dusty') == ids, what='copies are recognised')
    facts = {fact['attribute']: fact for fact in studio.home.ask('search.get', f'id={id_of(studio, copies[0])}')['item']['facts']}
    same(('Zanzibar Drums', 'composer'), (facts['pack_name']['text'], facts['pack_name']['source']))
    assert facts['pack_name']['confidence'] < 0.9, facts['pack_name']
    pack, = studio.home.json('composer', 'packs')
    same((1, 1, 2), (pack['sounds'], pack['here'], pack['alike']))
    studio.home.loophole('tag', copies[0], '-dusty')
    until(lambda: len(found(studio, 'tag:dusty')) == 2)  # a person's word comes first
    os.unlink(copies[1])
    studio.server.sql("update composer.pack set title = 'Zanzibar Two'")
    assert studio.server.round(1) > 0
    studio.sync()
    until(lambda: facts_of(studio, 0)['pack_name'] == ('Zanzibar Two', 'composer'))
    until(lambda: ('Zanzibar Two' in str(studio.home.first('show', copies[0]))), what='a copy follows its pack')
    studio.server.sql("delete from composer.pack where name = 'zanzibar'")
    assert studio.server.round(1) > 0
    studio.sync()
    until(lambda: not found(studio, 'label:zanzibar'), what='no copy of a pack that is gone')


@claim(inside=Studio)
def how_a_sound_sounds_leaves_only_for_contents_of_public_packs(studio):
    studio.level('descriptors')
    studio.home.loophole('tag', studio.sound(3), '+dusty')
    studio.sync()
    same(0, studio.rows('sound'))
    put_pack(studio, 'zanzibar', 'Zanzibar Drums', '', '{}', 0)
    studio.server.round(1)
    studio.sync()
    until(lambda: '"kind":"sound"' in studio.json('preview')['bytes'])
    preview = studio.json('preview')
    same(1, preview['bytes'].count('"kind":"sound"'))
    contains(preview['words'], next(words for words in preview['words'] if words.startswith('1 sound of public packs')))
    studio.sync()
    same((1, content_of(studio, 0)), (studio.rows('sound'), studio.server.sql("select encode(content, 'hex') from composer.sound")))
    studio.level('ask')
    studio.sync()
    same(0, studio.rows('sound'))
    studio.level('descriptors')
    studio.sync()
    same(1, studio.rows('sound'))
    same(0, studio.json('forget')['left'])
    same(0, studio.rows('sound'))


@claim(inside=Studio)
def the_sound_of_a_pack_is_public_once_enough_studios_agree(studio):
    """One of five studios lies: the median of each number is that of the others."""
    server = studio.server
    server.sql("insert into composer.pack values ('p', 'P'), ('q', 'Q')",
               "insert into composer.pack_content values ('p', decode(md5('a'), 'hex'))",
               *(f"insert into composer.studio (name) values ('studio_made{n}')" for n in range(5)),
               *(f"insert into composer.sound (studio, content, value) select 'studio_made{n}', decode(md5(c), 'hex'), "
                 f"composer.sound_value({1000 + n}, {NUMBERS.format(1)}) from unnest('{{a,b}}'::text[]) c" for n in range(4)))
    server.round(5)
    same('0', server.sql("select count(*) from composer.sound where studio = ''"))
    server.sql("insert into composer.sound (studio, content, value) select 'studio_made4', decode(md5('a'), 'hex'), "
               f"composer.sound_value(90000, {NUMBERS.format(9)})")
    server.round(5)
    same('1002|t', server.sql("select ms, agreed from composer.sound where studio = ''"))
    same('t', server.sql(f"select composer.sound_distance(numbers, {NUMBERS.format(1)}) < 0.01 from composer.sound where studio = ''"))
    same('1', server.sql("select count(*) from composer.feed where kind = 'sound' and not gone"))
    server.sql("insert into composer.mark (studio, reason) values ('studio_made1', 'it lies')")
    server.round(5)
    same('0|0', server.sql("select (select count(*) from composer.feed where kind = 'sound' and not gone), "
                           "(select count(*) from composer.sound where studio = '')"))


def add_sounds(sql, count, one_in):
    """Sounds in 200 groups; one in so many is of studio_seen, the others of studio_hidden. The index is made at the end."""
    sql("select setseed(.5)", "create table public.centre as select c, i, random() as x from generate_series(1, 200) c, "
        "generate_series(1, 64) i",
        "insert into composer.sound (studio, content, value) select case when g % {1} = 0 then 'studio_seen' else "
        "'studio_hidden' end, decode(md5(g::text), 'hex'), composer.sound_value(1000 + g % 5000, (select array_agg(((x - .5) * 2 + "
        "(random() - .5) * .3)::real order by i) from public.centre where c = 1 + g % 199)) from generate_series(1, {0}) g"
        .format(count, one_in), 'analyze composer.sound')


NEAREST = ("set jit = off", "create temp table asked as select row_number() over () as q, numbers from (select numbers from "
           "composer.sound where studio = 'studio_seen' order by content limit 40) s", 'grant all on asked to composer_owner',
           'grant composer_owner to studio_seen', 'set session authorization studio_seen', 'set role composer_owner')


@claim(inside=Studio)
def a_studio_finds_the_nearest_of_the_sounds_that_it_may_read(studio):
    server = studio.server
    server.studio('seen'), server.studio('hidden')  # pylint: disable=expression-not-assigned
    add_sounds(server.sql, 2000, 100)
    same('10|10|0', server.sql(*NEAREST, 'select count(*), count(distinct n.content), min(distance) from composer.near_sounds('
                               '(select numbers from asked where q = 1), 10) n'))
    same('20', server.sql(*NEAREST, 'select count(*) from composer.near_sounds((select numbers from asked where q = 1), 300)'))
    same('0', server.sql(*NEAREST, 'select count(*) from asked a, composer.near_sounds(a.numbers, 10, 7000) n'))


# ---- Debian 13, which has pgvector ----

INSIDE = '''mount --bind "$1" "$1"; mount --rbind /dev "$1/dev"; mount -t tmpfs tmpfs "$1/dev/shm"; mount -t proc proc "$1/proc"
cd "$1"; pivot_root . .; umount -l .; cd /
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8; rm -rf /srv/pg; /srv/loophole/tools/composer-server start /srv/pg
echo ready; cat'''


class Trixie:
    """PostgreSQL 17 with pgvector in a Debian 13 of its own; its processes end with this one."""

    def __init__(self, root):
        self.root = root
        if not os.path.exists(f'{root}/usr/lib/postgresql/17'):
            subprocess.run(['debootstrap', '--variant=minbase', '--include=postgresql-17,postgresql-17-pgvector', 'trixie', root,
                            'http://deb.debian.org/debian'], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        subprocess.run(['sh', '-c', 'rm -rf "$1/srv/loophole" && mkdir -p "$1/srv/loophole/services/composer" && cp -r tools '
                        '"$1/srv/loophole/" && cp -r services/composer/sql "$1/srv/loophole/services/composer/" && chmod 755 "$1"',
                        '-', root], check=True, cwd=TOP)
        self.inside = subprocess.Popen(['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-euc', INSIDE, '-', root],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        same('ready\n', self.inside.stdout.readline())

    def sql(self, *statements):
        with open(f'{self.root}/srv/pg/password', encoding='ascii') as password:
            env = dict(os.environ, PGPASSWORD=password.read())
        return subprocess.run(['psql', '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-h', f'{self.root}/srv/pg', '-U', 'postgres',
                               '-d', 'composer', *(part for one in statements for part in ('-c', one))], env=env, check=True,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout.strip()

    def end(self):
        self.inside.stdin.close()
        self.inside.wait(600)


RECALL = ('create temp table true_ones as select q, e.content from asked a, '
          'composer.near_exactly(\'studio_seen\', a.numbers, 10, 0, 2147483647) e',
          'create temp table found_ones as select q, n.content, n.how from asked a, composer.near_sounds(a.numbers, 10) n',
          'select string_agg(distinct how, \' \'), count(*), count(t.content), (select count(*) from true_ones) from found_ones '
          'left join true_ones t using (q, content)')


def pgvector_finds_the_nearest_of_the_one_percent_that_a_studio_may_read(home):
    """It makes a system of Debian 13, which has pgvector."""
    trixie = Trixie(os.environ.get('TRIXIE') or tempfile.mkdtemp(prefix='lpg-trixie-', dir='/var/tmp'))
    try:
        sql = trixie.sql
        version = sql("select extversion from pg_extension where extname = 'vector'")
        assert version >= '0.8', version
        same('index', sql('select composer.use_vectors()'))
        sql('create role studio_seen in role composer_studio', 'create role studio_hidden in role composer_studio',
            'drop index composer.sound_vector')
        count = int(os.environ.get('SOUNDS') or 50000)
        add_sounds(sql, count, 100)
        sql('create index sound_vector on composer.sound using hnsw (vector public.halfvec_l2_ops)')
        forced = ('set enable_seqscan = off', 'set enable_bitmapscan = off', 'set enable_sort = off')
        how, asked, right, due = sql(*NEAREST, *forced, *RECALL).split('|')
        figure(f'pgvector {version}: recall@10 of {count:,} sounds with 1 % visible: {int(right) / int(due):.3f} by {how}')
        same((400, 400), (int(asked), int(due)))
        assert int(right) >= .95 * int(due) and 'index' in how, (how, right)
        plan = sql(*NEAREST, *forced, "explain select content from composer.sound s order by vector <-> (select numbers from asked "
                   "where q = 1)::halfvec(64) limit 10")
        contains(plan, 'vector_idx')
        same('strict_order', sql(*NEAREST, 'begin', 'select from composer.near_sounds((select numbers from asked where q = 1), 1)',
                                 "select current_setting('hnsw.iterative_scan')", 'commit').splitlines()[-1])
        visible = count // 100
        more = min(visible, 900) + 100
        same(f'completed|{visible}' if visible < more else f'index|{more}', sql(
            *NEAREST, *forced, f'select how, count(*) from composer.near_sounds((select numbers from asked where q = 1), {more}) '
            'group by how'))
        sql("update composer.setting set value = 1 where name = 'least_studios'", "insert into composer.pack values ('p', 'P')",
            "insert into composer.pack_content select 'p', content from composer.sound limit 5",
            "insert into composer.studio (name) values ('studio_seen'), ('studio_hidden')")
        assert int(sql('select composer.publish_round()')) > 5
        same('5', sql("select count(*) from composer.feed where kind = 'sound'"))
    finally:
        trixie.end()


if LONG and os.geteuid() == 0:
    claim(pgvector_finds_the_nearest_of_the_one_percent_that_a_studio_may_read)
run_claims()
