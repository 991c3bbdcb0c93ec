/* The registers of a Robotiq 2F gripper, served by Debian's libmodbus: the wire is libmodbus's, only the jaws are ours.
 *
 * gripper_registers tcp            listens on 127.0.0.1 and prints the port that it was given
 * gripper_registers rtu DEVICE     is unit 9 on that serial line (115200 8N1), prints "ready"
 *
 * Written from the maker's manual. Two registers are the test's own: 1500 is the position (0..255) at which
 * there is a part, 0xffff for none; what is written to 1501 is its fault, until it is reset.
 */
#include <errno.h>
#include <modbus.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST = 1000, PART = 1500, FAULT, STATUS = 2000, FIRST = REQUEST, COUNT = STATUS + 3 - FIRST };
enum { ENABLE = 0x0100, GO = 0x0800, OPEN = 3, CLOSED = 230 };

static const double RATE = 255.0 / 0.2, WAKING = 0.3; /* positions a second; s of an activation */

static modbus_mapping_t *map;
static double position = OPEN, at, awake_at;
static int activation, object, was_enabled;

static uint16_t *word(int address) { return &map->tab_registers[address - FIRST]; }

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static double clamped(double value, double low, double high) { return value < low ? low : value > high ? high : value; }

static void move(double seconds, int asked, int part) {
    double goal = clamped(asked, OPEN, CLOSED), moved = position + clamped(goal - position, -seconds * RATE, seconds * RATE);
    if (part != 0xffff && position <= part && part < goal && moved >= part) {
        position = part;
        object = 2;
        return;
    }
    position = moved;
    object = goal - moved < 0.5 && moved - goal < 0.5 ? 3 : 0;
}

/* Everything that has happened until now. */
static void advance(void) {
    double t = now(), seconds = t - at;
    int action = *word(REQUEST), asked = *word(REQUEST + 1) & 0xff;
    at = t;
    if (!(action & ENABLE))
        activation = *word(FAULT) = 0;
    else if (!was_enabled) {
        activation = 1;
        awake_at = t + WAKING;
    } else if (activation == 1 && t >= awake_at) {
        activation = 3;
        position = OPEN;
    }
    was_enabled = !!(action & ENABLE);
    if (activation == 3 && action & GO)
        move(seconds, asked, *word(PART));
    *word(STATUS) = was_enabled << 8 | (action & GO) | activation << 12 | (action & GO ? object : 0) << 14;
    *word(STATUS + 1) = *word(FAULT) << 8 | asked;
    *word(STATUS + 2) = (uint16_t)(position + 0.5) << 8 | (object ? 1 : 40);
}

static int serve_one(modbus_t *context) {
    uint8_t query[MODBUS_MAX_ADU_LENGTH];
    int length = modbus_receive(context, query);
    if (length > 0) {
        advance();
        modbus_reply(context, query, length, map);
        advance();
    }
    return length;
}

static int serve_tcp(void) {
    modbus_t *context = modbus_new_tcp("127.0.0.1", 0);
    int listener = modbus_tcp_listen(context, 8), highest = listener;
    struct sockaddr_in own;
    socklen_t size = sizeof own;
    fd_set open, ready;
    getsockname(listener, (struct sockaddr *)&own, &size);
    printf("%d\n", ntohs(own.sin_port));
    fflush(stdout);
    FD_ZERO(&open);
    FD_SET(listener, &open);
    for (;;) {
        ready = open;
        if (select(highest + 1, &ready, NULL, NULL, NULL) < 0)
            return 1;
        for (int end = 0; end <= highest; end++) {
            if (!FD_ISSET(end, &ready))
                continue;
            if (end == listener) {
                int client = accept(listener, NULL, NULL);
                FD_SET(client, &open);
                highest = client > highest ? client : highest;
                continue;
            }
            modbus_set_socket(context, end);
            if (serve_one(context) < 0) {
                close(end);
                FD_CLR(end, &open);
            }
        }
    }
}

static int serve_rtu(const char *device) {
    modbus_t *context = modbus_new_rtu(device, 115200, 'N', 8, 1);
    modbus_set_slave(context, 9);
    if (modbus_connect(context) < 0) {
        fprintf(stderr, "%s: %s\n", device, modbus_strerror(errno));
        return 1;
    }
    puts("ready");
    fflush(stdout);
    for (;;)
        if (serve_one(context) < 0 && errno == EIO)
            return 0;
}

int main(int count, char **argument) {
    map = modbus_mapping_new_start_address(0, 0, 0, 0, FIRST, COUNT, 0, 0);
    at = now();
    *word(PART) = 0xffff;
    if (count == 2 && !strcmp(argument[1], "tcp"))
        return serve_tcp();
    if (count == 3 && !strcmp(argument[1], "rtu"))
        return serve_rtu(argument[2]);
    fprintf(stderr, "usage: gripper_registers tcp | rtu DEVICE\n");
    return 2;
}
