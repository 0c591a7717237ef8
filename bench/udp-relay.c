/* The ceiling for datagrams: one socket, recvfrom, sendto. Who sends a datagram that begins with S is where all others go from then on.
   Binds 127.0.0.1 on any free port and prints it. */
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

int main(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof own;
    if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) != 0 || getsockname(fd, (struct sockaddr *)&own, &length) != 0) {
        perror("udp-relay");
        return 1;
    }
    printf("%d\n", ntohs(own.sin_port));
    fflush(stdout);

    static char datagram[65536];
    struct sockaddr_in from, to;
    int registered = 0;
    for (;;) {
        socklen_t size = sizeof from;
        ssize_t count = recvfrom(fd, datagram, sizeof datagram, 0, (struct sockaddr *)&from, &size);
        if (count <= 0)
            continue;
        if (datagram[0] == 'S') {
            to = from;
            registered = 1;
        } else if (registered) {
            sendto(fd, datagram, (size_t)count, 0, (struct sockaddr *)&to, sizeof to);
        }
    }
}
