/* The floor of the benchmark `datagram`: the same datagrams by the calls themselves.
 *
 * datagram WAY SIZE    reads counts of rounds, one a line, and answers each with the nanoseconds that they took. A round is
 *                      a batch that is sent and then received by one thread. The ways: "one" (sendto, recvfrom), "many"
 *                      (sendmmsg, recvmmsg, connected), "segments" (UDP_SEGMENT, UDP_GRO). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 52, LARGEST = 1 << 16 };

static char data[BATCH * 1200], room[LARGEST];
static struct sockaddr_in there;
static int sender, receiver;

static void must(int done, const char *what) {
    if (!done) {
        perror(what);
        exit(1);
    }
}

static void one(int size) {
    for (int i = 0; i < BATCH; i++)
        must(sendto(sender, data + i * size, size, 0, (void *)&there, sizeof there) == size, "sendto");
    for (int i = 0; i < BATCH; i++) {
        struct sockaddr_storage from;
        socklen_t length = sizeof from;
        must(recvfrom(receiver, room, LARGEST, 0, (void *)&from, &length) == size, "recvfrom");
    }
}

static void many(int size) {
    static struct mmsghdr headers[BATCH];
    static struct iovec slices[BATCH];
    static struct sockaddr_storage from[BATCH];
    static char rooms[BATCH][2048];
    for (int i = 0; i < BATCH; i++) {
        slices[i] = (struct iovec){data + i * size, size};
        headers[i].msg_hdr = (struct msghdr){.msg_iov = &slices[i], .msg_iovlen = 1};
    }
    must(sendmmsg(sender, headers, BATCH, 0) == BATCH, "sendmmsg");
    for (int done = 0; done < BATCH;) {
        for (int i = 0; i < BATCH; i++) {
            slices[i] = (struct iovec){rooms[i], sizeof rooms[i]};
            headers[i].msg_hdr = (struct msghdr){
                .msg_iov = &slices[i], .msg_iovlen = 1, .msg_name = &from[i], .msg_namelen = sizeof from[i]};
        }
        int more = recvmmsg(receiver, headers, BATCH, MSG_WAITFORONE, NULL);
        must(more > 0, "recvmmsg");
        done += more;
    }
}

static void segments(int size) {
    char control[CMSG_SPACE(sizeof(uint16_t))] = {0};
    struct iovec slice = {data, (size_t)size * BATCH};
    struct msghdr message = {.msg_iov = &slice, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    uint16_t piece = size;
    header->cmsg_level = SOL_UDP;
    header->cmsg_type = UDP_SEGMENT;
    header->cmsg_len = CMSG_LEN(sizeof piece);
    memcpy(CMSG_DATA(header), &piece, sizeof piece);
    must(sendmsg(sender, &message, 0) == size * BATCH, "sendmsg");
    for (int done = 0; done < size * BATCH;) {
        char told[CMSG_SPACE(sizeof(int))];
        struct sockaddr_storage from;
        struct iovec all = {room, LARGEST};
        struct msghdr received = {.msg_iov = &all, .msg_iovlen = 1, .msg_name = &from, .msg_namelen = sizeof from,
                                  .msg_control = told, .msg_controllen = sizeof told};
        int more = recvmsg(receiver, &received, 0);
        must(more > 0, "recvmsg");
        done += more;
    }
}

int main(int argc, char **argv) {
    must(argc == 3, "two words");
    int size = atoi(argv[2]), on = 1;
    socklen_t length = sizeof there;
    there = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    receiver = socket(AF_INET, SOCK_DGRAM, 0);
    must(bind(receiver, (void *)&there, sizeof there) == 0, "bind");
    must(getsockname(receiver, (void *)&there, &length) == 0, "getsockname");
    sender = socket(AF_INET, SOCK_DGRAM, 0);
    void (*way)(int) = one;
    if (strcmp(argv[1], "one")) {
        must(connect(sender, (void *)&there, sizeof there) == 0, "connect");
        way = many;
    }
    if (!strcmp(argv[1], "segments")) {
        must(setsockopt(receiver, SOL_UDP, UDP_GRO, &on, sizeof on) == 0, "UDP_GRO");
        way = segments;
    }
    for (int rounds; scanf("%d", &rounds) == 1;) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        for (int i = 0; i < rounds; i++)
            way(size);
        clock_gettime(CLOCK_MONOTONIC, &end);
        printf("%lld\n", (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec);
        fflush(stdout);
    }
}
