/* cli.h: the command line, a front-end like any other. Tables have its commands and options; the help, the man page
 * and the shell completions are made from them. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_CLI_H
#define LOOPHOLE_FRONTENDS_CLI_CLI_H

#include "frontends/cli/base/output.h"
#include "frontends/cli/base/state.h"
#include "proto/transport/ask.h"
#include "proto/wire/json.h"
#include "schema_cli.h"
#include "schema_search.h"
#include "store/store.h"

#define QUOTE_QUERY "put the whole query in quotes: loophole tag 'snare -is:loop' --all +short"

/* A command: one row of a table that commands.h lists. */
struct command {
    const char *name;    /* "search", "library add" */
    const char *args;    /* "QUERY", "ID +TAG -TAG…" */
    const char *doc;     /* one line */
    const char *help;    /* further text for --help and the man page, or "" */
    const char *options; /* names of its options in options.c, separated by spaces; every command takes json */
    int min_args, max_args;
    /* Other arguments that may begin with a dash. */
    enum { DASHES_OPTIONS = false, DASHES_WORDS = true, DASHES_TAGS } dashes;
    enum err (*run)(struct cli *cli, struct fault *fault);
};

/* A group of commands, with its title in the help and in the man page. */
struct command_group {
    const char *title;
    const struct command *at;
    int count;
};

/* All commands, in the order of the help. Only main.c names them, because their rows name every other file. */
struct commands {
    const struct command_group *const *groups;
    int count;
};

/* command.c: the commands of all groups by number; NULL: there is none. The title of the group that begins with
 * `command`, or NULL. */
const struct command *command_at(const struct commands *commands, int number);
const char *command_title(const struct commands *commands, const struct command *command);

enum option_kind { OPTION_FLAG, OPTION_NUMBER, OPTION_WORD, OPTION_LIST };

struct option_row {
    const char *name;
    char letter; /* or 0 */
    const char *arg;
    const char *doc;
    enum option_kind kind;
    size_t offset; /* in struct options */
    int64_t min, max;
};
extern const struct option_row option_table[];
extern const int option_count;
const struct option_row *option_named(const char *name, size_t len); /* NULL: unknown */
bool command_takes(const struct command *command, const struct option_row *option);

/* Parses argv after the command's words; cli->commands is set. Ends the process after --help and after wrong usage
 * (exit code 64). */
void options_parse(const struct command *command, int argc, char **argv, struct cli *cli);

/* unknown.c: true if the command is also the first word of others and takes no argument, as `transport` does: a word
 * after it is a mistyped one of these. */
bool unknown_follows(const struct commands *commands, const struct command *command, const char *word);

/* unknown.c: reports words that are not a command, and similar commands. Returns the exit code. */
int unknown_command(const struct commands *commands, int argc, char **argv);

/* True if --json is among the arguments: errors are then lines of JSON, also those of wrong usage. */
bool options_want_json(int argc, char **argv);

/* ---- shared by the commands ---- */

/* Asks with the budget of --budget (default 10 s). The answer's memory is valid until the next ask. */
enum err cli_ask(struct cli *cli, const char *name, const void *request, void *answer, struct fault *fault);

/* Warns on standard error, without --json, if the answer says that the open project does not keep the change. */
void cli_warn_if_unkept(const struct cli *cli, const char *name, const void *answer);

/* Adds the record to cli->out as one line of JSON. Returns ERR_OK, so that a caller can end with it. */
enum err cli_json(struct cli *cli, const struct shape *shape, const void *record);

/* Prints the sentence if a list has no entry and there is no --json. */
void cli_none(struct cli *cli, uint64_t count, const char *sentence);

/* Makes a path absolute, in the arena. Errors: those of resolve_path (resolve.h). */
enum err cli_path(struct cli *cli, const char *typed, struct bytes *path, struct fault *fault);

/* Reads --inputs: at most 16 ports. Errors: bad_request. */
enum err cli_inputs(struct cli *cli, struct text_list *to, struct fault *fault);

/* Finds the library at an absolute path. Errors: not_found. */
enum err cli_library(struct cli *cli, struct bytes path, struct id *to, struct fault *fault);

struct text cli_words(struct cli *cli);                         /* the arguments as one text, for a query */
struct text_list cli_split(struct cli *cli, const char *words); /* the non-empty parts of "a,b"; NULL: none */

/* Finds the media item of the arguments: an id, a path, or the first result of a query (named.h). */
enum err cli_find(struct cli *cli, int count, char **args, struct media_found *found, struct fault *fault);

/* Send a mutation with its request id (--request-id, or a new one), with a default budget of 60 s. cli_change_one is
 * for a change of one item or row, with a default budget of 10 s. Errors: bad_request (the id), those of the ask. */
enum err cli_change(struct cli *cli, const char *name, const void *request, void *answer, struct fault *fault);
enum err cli_change_one(struct cli *cli, const char *name, const void *request, struct done *done, struct fault *fault);

/* change.c: asks a person. cli_can_ask: standard input is a terminal, and the output is no JSON. The question names its
 * answers: "y or n:". */
bool cli_can_ask(const struct cli *cli);
bool cli_asks(struct buffer *question);

/* change.c: a change of more than 100 items needs a confirmation, unless the command line has their number or a yes.
 * Errors: bad_request. */
enum err cli_confirm_many(const struct cli *cli, uint32_t count, struct fault *fault);

/* saved.c: saves a query under the name of --save. */
enum err saved_put(struct cli *cli, struct text query, struct text sort, struct fault *fault);

/* item_line.c: the line of an item. Its lists are in the arena, its texts in the item's memory. */
void item_line_make(struct arena *arena, const struct item *item, struct item_line *line);
bool item_line_has(struct text key); /* a key of each item, or of each fact beside its name */
/* The key of an item that --fields names, also by the name of a field of queries: dur is duration_s. In the arena. */
const char *item_key(struct text typed, struct arena *arena);
void item_json(struct buffer *to, const struct item *item, const char *fields); /* `fields` NULL: all */
/* With the contexts that use it. */
void item_json_found(struct buffer *to, const struct media_found *found, const char *fields);
void item_cell(struct buffer *to, const struct item *item, const char *field); /* one value, in the form for people */

#define ITEM_LENGTH "duration_s"                /* the fact that a MIDI file has in place of frames */
double item_seconds(const struct media *media); /* 0: unknown */
double item_length(const struct item *item);    /* as item_seconds, or of that fact */
const struct fact *item_fact(const struct item *item, const char *attribute); /* NULL: none */

/* item.c: one item as a row of a list, or in full. */
void item_row(struct buffer *to, const struct item *item);
/* `rank` is "SCORE" or "DISTANCE". There is a column STATE if one of the items cannot be read now. */
void item_row_head(struct buffer *to, const char *rank, const struct item_list *items);
void item_full(struct buffer *to, const struct media_found *found);

/* item_table.c: the fields "a,b,…" of items as a table, each column as wide as its longest value; of one item, a line
 * for each field. */
void item_table(struct cli *cli, const struct item_list *items, const char *fields);
void item_some(struct cli *cli, const struct item *item, const char *fields);

/* hint.c: prints why a result is empty, on standard output or, with --json, on standard error. */
void hint_print(struct cli *cli, const struct hint_list *hints);
void hint_write(struct buffer *to, const struct hint *hint); /* one of them, without a newline */

/* question.c: questions about missing files (libraries.asks): the text of each with the command that answers it, or
 * that command alone. */
void question_print(struct cli *cli, const struct libraries *libraries);
void question_print_open(struct cli *cli); /* the open ones; none if the indexer does not answer */
void question_command(struct buffer *to, const struct missing_many *asks);

/* progress.c: shows the progress of indexing until all files are known: as a bar on a terminal, otherwise as a line
 * each second. */
enum err progress_follow(struct cli *cli, struct fault *fault);

/* recover.c: after a start, the projects whose autosave differs from their save; nothing, if the service does not
 * answer soon. */
void recover_print_offers(struct cli *cli);

struct transport_state;

/* human.c: numbers for people. */
void human_duration(struct buffer *to, double seconds);
void human_bytes(struct buffer *to, uint64_t bytes);
void human_time(struct buffer *to, usec_t at);                         /* local, to the second */
void human_place(struct buffer *to, const struct transport_state *at); /* "bar 12.3.2": bar, beat, 16th */

/* raw.c: the message that the arguments name and fill, as MessagePack. */
enum err raw_request(struct cli *cli, struct buffer *to, struct fault *fault);

/* The commands, by file. */
enum err engine_up(struct cli *cli, struct fault *fault);
enum err engine_down(struct cli *cli, struct fault *fault);
enum err engine_status(struct cli *cli, struct fault *fault);
enum err engine_restart(struct cli *cli, struct fault *fault);
enum err settings_list(struct cli *cli, struct fault *fault);
enum err settings_check(struct cli *cli, struct fault *fault);
enum err settings_get(struct cli *cli, struct fault *fault);
enum err settings_set(struct cli *cli, struct fault *fault);
enum err logs_show(struct cli *cli, struct fault *fault);
enum err tasks_list(struct cli *cli, struct fault *fault);
enum err tasks_cancel(struct cli *cli, struct fault *fault);
enum err events_follow(struct cli *cli, struct fault *fault);
enum err library_add(struct cli *cli, struct fault *fault);
enum err library_remove(struct cli *cli, struct fault *fault);
enum err library_print(struct cli *cli, struct fault *fault);
enum err library_rescan(struct cli *cli, struct fault *fault);
enum err library_index(struct cli *cli, struct fault *fault);
enum err library_set(struct cli *cli, struct fault *fault);
enum err fetch_begin(struct cli *cli, struct fault *fault);
enum err fetch_list(struct cli *cli, struct fault *fault);
enum err library_summary(struct cli *cli, struct fault *fault);
enum err whereis_list(struct cli *cli, struct fault *fault);
enum err volume_list(struct cli *cli, struct fault *fault);
enum err volume_mark(struct cli *cli, struct fault *fault);
enum err volume_label(struct cli *cli, struct fault *fault);
enum err find_search(struct cli *cli, struct fault *fault);
enum err find_similar(struct cli *cli, struct fault *fault);
enum err find_show(struct cli *cli, struct fault *fault);
enum err complete_run(struct cli *cli, struct fault *fault);
enum err artefact_show(struct cli *cli, struct fault *fault);
enum err map_run(struct cli *cli, struct fault *fault);
enum err duplicates_remove(struct cli *cli, struct fault *fault);
enum err duplicates_restore(struct cli *cli, struct fault *fault);
enum err alike_duplicates(struct cli *cli, struct fault *fault);
enum err saved_history(struct cli *cli, struct fault *fault);
enum err saved_queries(struct cli *cli, struct fault *fault);
enum err edit_unlike(struct cli *cli, struct fault *fault);
enum err edit_rate(struct cli *cli, struct fault *fault);
enum err edit_colour(struct cli *cli, struct fault *fault);
enum err edit_favourite(struct cli *cli, struct fault *fault);
enum err edit_hide(struct cli *cli, struct fault *fault);
enum err edit_forget(struct cli *cli, struct fault *fault);
enum err forgotten_list(struct cli *cli, struct fault *fault);
enum err relink_run(struct cli *cli, struct fault *fault);
enum err find_suggest(struct cli *cli, struct fault *fault);
enum err play_start(struct cli *cli, struct fault *fault);
enum err play_stop(struct cli *cli, struct fault *fault);
enum err voices_pause(struct cli *cli, struct fault *fault);
enum err play_preview(struct cli *cli, struct fault *fault);
enum err play_preview_stop(struct cli *cli, struct fault *fault);
enum err play_preview_next(struct cli *cli, struct fault *fault);
enum err play_preview_apart(struct cli *cli, struct fault *fault);
enum err voices_show(struct cli *cli, struct fault *fault);
enum err voices_seek(struct cli *cli, struct fault *fault);
enum err voices_gain(struct cli *cli, struct fault *fault);
enum err voices_queue(struct cli *cli, struct fault *fault);
enum err voices_fade(struct cli *cli, struct fault *fault);
enum err takes_start(struct cli *cli, struct fault *fault);
enum err takes_keep(struct cli *cli, struct fault *fault);
enum err takes_monitor(struct cli *cli, struct fault *fault);
enum err takes_stop(struct cli *cli, struct fault *fault);
enum err takes_cancel(struct cli *cli, struct fault *fault);
enum err takes_list(struct cli *cli, struct fault *fault);
enum err takes_delete(struct cli *cli, struct fault *fault);
enum err takes_recover(struct cli *cli, struct fault *fault);
enum err edit_item(struct cli *cli, struct fault *fault);
enum err edit_tags(struct cli *cli, struct fault *fault);
enum err send_run(struct cli *cli, struct fault *fault);
enum err labels_write(struct cli *cli, struct fault *fault);
enum err labels_restore(struct cli *cli, struct fault *fault);
enum err treat_trim(struct cli *cli, struct fault *fault);
enum err treat_fade(struct cli *cli, struct fault *fault);
enum err treat_normalise(struct cli *cli, struct fault *fault);
enum err basket_put(struct cli *cli, struct fault *fault);
enum err basket_print(struct cli *cli, struct fault *fault);
enum err basket_empty(struct cli *cli, struct fault *fault);
enum err reveal_show(struct cli *cli, struct fault *fault);
enum err sessions_list(struct cli *cli, struct fault *fault);
enum err uses_note(struct cli *cli, struct fault *fault);
enum err undo_take(struct cli *cli, struct fault *fault);
enum err undo_redo(struct cli *cli, struct fault *fault);
enum err undo_list(struct cli *cli, struct fault *fault);
enum err undo_moves(struct cli *cli, struct fault *fault);
enum err import_k(struct cli *cli, struct fault *fault);
enum err project_make(struct cli *cli, struct fault *fault);
enum err project_enter(struct cli *cli, struct fault *fault);
enum err project_leave(struct cli *cli, struct fault *fault);
enum err project_print_state(struct cli *cli, struct fault *fault);
enum err project_print_all(struct cli *cli, struct fault *fault);
enum err project_print_parts(struct cli *cli, struct fault *fault);
enum err project_print_saves(struct cli *cli, struct fault *fault);
enum err project_change(struct cli *cli, struct fault *fault);
enum err project_add(struct cli *cli, struct fault *fault);
enum err project_put_part(struct cli *cli, struct fault *fault);
enum err project_remove_part(struct cli *cli, struct fault *fault);
enum err project_store(struct cli *cli, struct fault *fault);
enum err project_copy(struct cli *cli, struct fault *fault);
enum err project_write_draft(struct cli *cli, struct fault *fault);
enum err project_go_back(struct cli *cli, struct fault *fault);
enum err project_gather(struct cli *cli, struct fault *fault);
enum err project_take_back(struct cli *cli, struct fault *fault);
enum err project_do_again(struct cli *cli, struct fault *fault);
enum err recover_project(struct cli *cli, struct fault *fault);
enum err stress_autosaves(struct cli *cli, struct fault *fault);
enum err raw_ask(struct cli *cli, struct fault *fault);
enum err composer_show(struct cli *cli, struct fault *fault);
enum err composer_set_level(struct cli *cli, struct fault *fault);
enum err composer_show_next(struct cli *cli, struct fault *fault);
enum err composer_exchange(struct cli *cli, struct fault *fault);
enum err composer_exclude(struct cli *cli, struct fault *fault);
enum err composer_forget_all(struct cli *cli, struct fault *fault);
enum err composer_list_packs(struct cli *cli, struct fault *fault);
enum err composer_list_layouts(struct cli *cli, struct fault *fault);
enum err composer_serve(struct cli *cli, struct fault *fault);
enum err web_show(struct cli *cli, struct fault *fault);
enum err token_make(struct cli *cli, struct fault *fault);
enum err token_print_all(struct cli *cli, struct fault *fault);
enum err token_remove(struct cli *cli, struct fault *fault);
enum err osc_show(struct cli *cli, struct fault *fault);
enum err stats_show(struct cli *cli, struct fault *fault);
enum err store_check_run(struct cli *cli, struct fault *fault);
enum err store_forget_old_run(struct cli *cli, struct fault *fault);
enum err store_backup_run(struct cli *cli, struct fault *fault);
enum err store_restore_run(struct cli *cli, struct fault *fault);
enum err transport_show(struct cli *cli, struct fault *fault);
enum err transport_start(struct cli *cli, struct fault *fault);
enum err transport_stop(struct cli *cli, struct fault *fault);
enum err transport_toggle(struct cli *cli, struct fault *fault);
enum err transport_locate(struct cli *cli, struct fault *fault);
enum err transport_tempo(struct cli *cli, struct fault *fault);
enum err transport_tap(struct cli *cli, struct fault *fault);
enum err transport_swing(struct cli *cli, struct fault *fault);
enum err transport_metronome(struct cli *cli, struct fault *fault);
enum err transport_sync(struct cli *cli, struct fault *fault);
enum err transport_clock(struct cli *cli, struct fault *fault);
struct silent_sound;
struct silent_sound_list;
void cli_warn_of_silent(const struct silent_sound *silent, const char *what); /* of a row or a pad, on standard error */
void cli_warn_of_rows(const struct silent_sound_list *silent);                /* their indexes count from 0 */
enum err pattern_play(struct cli *cli, struct fault *fault);
enum err rows_set(struct cli *cli, struct fault *fault);
enum err pattern_export_midi(struct cli *cli, struct fault *fault);
enum err pattern_import_midi(struct cli *cli, struct fault *fault);
enum err slots_save(struct cli *cli, struct fault *fault);
enum err slots_load(struct cli *cli, struct fault *fault);
enum err slots_show(struct cli *cli, struct fault *fault);
enum err slots_list(struct cli *cli, struct fault *fault);
enum err slots_delete(struct cli *cli, struct fault *fault);
enum err slots_copy(struct cli *cli, struct fault *fault);
enum err slots_move(struct cli *cli, struct fault *fault);
enum err slots_swap(struct cli *cli, struct fault *fault);
enum err slots_rename(struct cli *cli, struct fault *fault);
enum err slots_bank(struct cli *cli, struct fault *fault);
enum err midi_list(struct cli *cli, struct fault *fault);
enum err midi_learn(struct cli *cli, struct fault *fault);
enum err midi_forget(struct cli *cli, struct fault *fault);
enum err song_show(struct cli *cli, struct fault *fault);
enum err song_set(struct cli *cli, struct fault *fault);
enum err song_play(struct cli *cli, struct fault *fault);
enum err song_stop(struct cli *cli, struct fault *fault);
enum err pattern_library_save(struct cli *cli, struct fault *fault);
enum err slots_load_file(struct cli *cli, struct fault *fault);
enum err pattern_library_archive(struct cli *cli, struct fault *fault);
enum err pattern_library_unarchive(struct cli *cli, struct fault *fault);
enum err pattern_library_undo(struct cli *cli, struct fault *fault);
enum err pattern_library_redo(struct cli *cli, struct fault *fault);
enum err pattern_library_similar(struct cli *cli, struct fault *fault);
enum err transport_panic(struct cli *cli, struct fault *fault);
enum err meters_show(struct cli *cli, struct fault *fault);
enum err meters_reset(struct cli *cli, struct fault *fault);
enum err meters_mixer(struct cli *cli, struct fault *fault);
enum err pads_show(struct cli *cli, struct fault *fault);
enum err pads_set(struct cli *cli, struct fault *fault);
enum err pads_clear(struct cli *cli, struct fault *fault);
enum err pads_layer(struct cli *cli, struct fault *fault);
enum err sounds_start(struct cli *cli, struct fault *fault);
enum err sounds_set(struct cli *cli, struct fault *fault);
enum err sounds_stop(struct cli *cli, struct fault *fault);
enum err pads_hit(struct cli *cli, struct fault *fault);
enum err pads_release(struct cli *cli, struct fault *fault);
enum err pads_layout(struct cli *cli, struct fault *fault);
enum err pads_quantise(struct cli *cli, struct fault *fault);
enum err preset_print_all(struct cli *cli, struct fault *fault);
enum err preset_print_one(struct cli *cli, struct fault *fault);
enum err preset_save(struct cli *cli, struct fault *fault);
enum err preset_remove(struct cli *cli, struct fault *fault);
enum err kit_make(struct cli *cli, struct fault *fault);
enum err kit_print_all(struct cli *cli, struct fault *fault);
enum err kit_print_one(struct cli *cli, struct fault *fault);
enum err kit_change(struct cli *cli, struct fault *fault);
enum err kit_copy(struct cli *cli, struct fault *fault);
enum err kit_save(struct cli *cli, struct fault *fault);
enum err kit_remove(struct cli *cli, struct fault *fault);
enum err kit_build(struct cli *cli, struct fault *fault);
enum err bundle_export(struct cli *cli, struct fault *fault);
enum err bundle_import(struct cli *cli, struct fault *fault);
enum err bundle_offer(struct cli *cli, struct fault *fault);
enum err bundle_verify(struct cli *cli, struct fault *fault);
enum err bundle_qa(struct cli *cli, struct fault *fault);
enum err kit_import(struct cli *cli, struct fault *fault);
enum err kit_export(struct cli *cli, struct fault *fault);
enum err kit_load(struct cli *cli, struct fault *fault);
enum err kit_swap(struct cli *cli, struct fault *fault);
enum err kit_randomise(struct cli *cli, struct fault *fault);
enum err kit_lock(struct cli *cli, struct fault *fault);
enum err kit_commit(struct cli *cli, struct fault *fault);
enum err loop_capture(struct cli *cli, struct fault *fault);
enum err loop_play(struct cli *cli, struct fault *fault);
enum err loop_stop(struct cli *cli, struct fault *fault);
enum err loop_volume(struct cli *cli, struct fault *fault);
enum err loop_lock(struct cli *cli, struct fault *fault);
enum err loop_delete(struct cli *cli, struct fault *fault);
enum err loop_undo(struct cli *cli, struct fault *fault);
enum err loop_adopt(struct cli *cli, struct fault *fault);
enum err loop_list(struct cli *cli, struct fault *fault);
enum err loop_show(struct cli *cli, struct fault *fault);
enum err region_save(struct cli *cli, struct fault *fault);
enum err region_play(struct cli *cli, struct fault *fault);
enum err region_arm(struct cli *cli, struct fault *fault);
enum err region_lock(struct cli *cli, struct fault *fault);
enum err region_delete(struct cli *cli, struct fault *fault);
enum err region_list(struct cli *cli, struct fault *fault);
enum err region_pads(struct cli *cli, struct fault *fault);
enum err audio_devices(struct cli *cli, struct fault *fault);
enum err audio_use(struct cli *cli, struct fault *fault);
enum err audio_status(struct cli *cli, struct fault *fault);
enum err audio_ports(struct cli *cli, struct fault *fault);
enum err audio_connect(struct cli *cli, struct fault *fault);
enum err audio_insert(struct cli *cli, struct fault *fault);
enum err audio_disconnect(struct cli *cli, struct fault *fault);
enum err doctor_run(struct cli *cli, struct fault *fault);
enum err crash_print(struct cli *cli, struct fault *fault);
enum err bench_run(struct cli *cli, struct fault *fault);
enum err completion_print(struct cli *cli, struct fault *fault);
enum err man_print(struct cli *cli, struct fault *fault);

#endif
