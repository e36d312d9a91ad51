/* door.h: the only door to libwebsockets. */
#ifndef LOOPHOLE_FRONTENDS_WEB_ENTRY_DOOR_H
#define LOOPHOLE_FRONTENDS_WEB_ENTRY_DOOR_H

#include <libwebsockets.h>

#endif
