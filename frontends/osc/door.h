/* door.h: the only door to liblo, which reads and writes single messages here. Its servers and queues are not used. */
#ifndef LOOPHOLE_FRONTENDS_OSC_DOOR_H
#define LOOPHOLE_FRONTENDS_OSC_DOOR_H

#include <lo/lo.h>

#endif
