/* library_deeds.h: what the service does for the asks about the library of patterns, as tables for work.h. The loop's
 * thread. */
#ifndef LOOPHOLE_PROJECT_LIBRARY_DEEDS_H
#define LOOPHOLE_PROJECT_LIBRARY_DEEDS_H

extern const struct deed library_deed_list, library_deed_save, library_deed_load, library_deed_change;
extern const struct deed library_deed_undo, library_deed_redo;
extern const struct deed library_deed_similar, library_deed_similar_to_slot;                 /* library_similar.c */
extern const struct deed library_deed_export, library_deed_export_slot, library_deed_import; /* library_midi.c */
extern const struct deed library_deed_read, library_deed_read_slot;                          /* library_midi.c */

#endif
