// A NATS client written by others, in C: Debian's libnats. Same modes and lines as client.js; see there.
// cc client.c -lnats
#include <nats/nats.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *url;
static char why[512];

#define CHECK(holds, ...) do { if (!(holds)) { snprintf(why, sizeof why, __VA_ARGS__); return 0; } } while (0)
#define OK(call) do { natsStatus s_ = (call); CHECK(s_ == NATS_OK, "%s: %s", #call, natsStatus_GetText(s_)); } while (0)

static void say(const char *line) { printf("%s\n", line); fflush(stdout); }

static natsOptions *options(void)
{
    natsOptions *opts = NULL;
    if (natsOptions_Create(&opts) != NATS_OK || natsOptions_SetURL(opts, url) != NATS_OK || natsOptions_SetTimeout(opts, 10000) != NATS_OK)
        exit(1);
    return opts;
}

static natsStatus dial(natsConnection **nc, natsOptions *opts)
{
    natsStatus s = natsConnection_Connect(nc, opts);
    natsOptions_Destroy(opts);
    return s;
}

static int publish(natsConnection *nc, const char *subject, int number)
{
    char payload[32];
    snprintf(payload, sizeof payload, "%d", number);
    return natsConnection_PublishString(nc, subject, payload) == NATS_OK;
}

// The payload of the next message; empty when none came.
static const char *next(natsSubscription *sub, char *room, size_t size, int64_t patience)
{
    natsMsg *msg = NULL;
    room[0] = 0;
    if (natsSubscription_NextMsg(&msg, sub, patience) == NATS_OK)
        snprintf(room, size, "%.*s", natsMsg_GetDataLength(msg), natsMsg_GetData(msg));
    natsMsg_Destroy(msg);
    return room;
}

static int wildcards(natsConnection *nc)
{
    natsSubscription *star = NULL, *tail = NULL;
    char room[64];
    OK(natsConnection_SubscribeSync(&star, nc, "cw.*.c"));
    OK(natsConnection_SubscribeSync(&tail, nc, "cw.>"));
    publish(nc, "cw.b.c", 1);
    publish(nc, "cw.x", 2);
    CHECK(!strcmp(next(star, room, sizeof room, 5000), "1"), "cw.*.c got %s", room);
    CHECK(!strcmp(next(tail, room, sizeof room, 5000), "1"), "cw.> got %s", room);
    CHECK(!strcmp(next(tail, room, sizeof room, 5000), "2"), "cw.> got %s", room);
    natsSubscription_Destroy(star);
    natsSubscription_Destroy(tail);
    return 1;
}

static int queue_group(natsConnection *nc)
{
    natsConnection *other = NULL;
    natsSubscription *mine = NULL, *theirs = NULL;
    char room[64];
    int first = 0, second = 0;
    OK(dial(&other, options()));
    OK(natsConnection_QueueSubscribeSync(&mine, nc, "cjobs", "workers"));
    OK(natsConnection_QueueSubscribeSync(&theirs, other, "cjobs", "workers"));
    OK(natsConnection_FlushTimeout(nc, 5000));
    OK(natsConnection_FlushTimeout(other, 5000));
    for (int i = 0; i < 100; i++)
        publish(nc, "cjobs", i);
    OK(natsConnection_FlushTimeout(nc, 5000));
    // What is on its way to the other comes with one of its answers.
    for (int rounds = 0; first + second < 100 && rounds < 200; rounds++) {
        OK(natsConnection_FlushTimeout(other, 5000));
        while (next(mine, room, sizeof room, 1)[0]) first++;
        while (next(theirs, room, sizeof room, 1)[0]) second++;
    }
    CHECK(first + second == 100 && first > 10 && second > 10, "shares are %d and %d", first, second);
    natsSubscription_Destroy(mine);
    natsSubscription_Destroy(theirs);
    natsConnection_Destroy(other);
    return 1;
}

static void respond(natsConnection *nc, natsSubscription *sub, natsMsg *msg, void *closure)
{
    char answer[128];
    (void)sub; (void)closure;
    snprintf(answer, sizeof answer, "re:%.*s", natsMsg_GetDataLength(msg), natsMsg_GetData(msg));
    natsConnection_PublishString(nc, natsMsg_GetReply(msg), answer);
    natsMsg_Destroy(msg);
}

static int ask(natsConnection *nc)
{
    natsSubscription *service = NULL;
    natsMsg *answer = NULL;
    OK(natsConnection_Subscribe(&service, nc, "csvc", respond, NULL));
    OK(natsConnection_RequestString(&answer, nc, "csvc", "a", 5000));
    CHECK(natsMsg_GetDataLength(answer) == 4 && !memcmp(natsMsg_GetData(answer), "re:a", 4), "answer is %s", natsMsg_GetData(answer));
    natsMsg_Destroy(answer);
    natsSubscription_Destroy(service);
    return 1;
}

static int nobody(natsConnection *nc)
{
    natsMsg *answer = NULL;
    int64_t begun = nats_Now();
    natsStatus s = natsConnection_RequestString(&answer, nc, "nobody.there", "", 20000);
    natsMsg_Destroy(answer);
    CHECK(s == NATS_NO_RESPONDERS, "it says %s", natsStatus_GetText(s));
    CHECK(nats_Now() - begun < 5000, "it took too long");
    return 1;
}

static int old_style(natsConnection *unused)
{
    natsConnection *nc = NULL;
    natsOptions *opts = options();
    (void)unused;
    OK(natsOptions_UseOldRequestStyle(opts, true));
    OK(dial(&nc, opts));
    if (!ask(nc) || !nobody(nc)) return 0;
    natsConnection_Destroy(nc);
    return 1;
}

static int header_values(natsConnection *nc)
{
    natsSubscription *sub = NULL;
    natsMsg *msg = NULL;
    const char **values = NULL;
    int count = 0;
    OK(natsConnection_SubscribeSync(&sub, nc, "ch"));
    OK(natsMsg_Create(&msg, "ch", NULL, "x", 1));
    OK(natsMsgHeader_Add(msg, "Unit", "C"));
    OK(natsMsgHeader_Add(msg, "Unit", "K"));
    OK(natsConnection_PublishMsg(nc, msg));
    natsMsg_Destroy(msg);
    OK(natsSubscription_NextMsg(&msg, sub, 5000));
    OK(natsMsgHeader_Values(msg, "Unit", &values, &count));
    CHECK(count == 2 && !strcmp(values[0], "C") && !strcmp(values[1], "K"), "%d values", count);
    free((void *)values);
    natsMsg_Destroy(msg);
    natsSubscription_Destroy(sub);
    return 1;
}

static int largest(natsConnection *nc)
{
    natsSubscription *sub = NULL;
    natsMsg *msg = NULL;
    int64_t max = natsConnection_GetMaxPayload(nc);
    char *data = calloc(1, (size_t)max + 1);
    OK(natsConnection_SubscribeSync(&sub, nc, "cbig"));
    OK(natsConnection_Publish(nc, "cbig", data, (int)max));
    OK(natsSubscription_NextMsg(&msg, sub, 10000));
    CHECK(natsMsg_GetDataLength(msg) == max, "%d bytes came", natsMsg_GetDataLength(msg));
    CHECK(natsConnection_Publish(nc, "cbig", data, (int)max + 1) == NATS_MAX_PAYLOAD, "one more was taken");
    free(data);
    natsMsg_Destroy(msg);
    natsSubscription_Destroy(sub);
    return 1;
}

static int so_many(natsConnection *nc)
{
    natsSubscription *sub = NULL;
    char room[64];
    int got = 0;
    OK(natsConnection_SubscribeSync(&sub, nc, "cm"));
    OK(natsSubscription_AutoUnsubscribe(sub, 3));
    for (int i = 0; i < 6; i++)
        publish(nc, "cm", i);
    OK(natsConnection_FlushTimeout(nc, 5000));
    while (next(sub, room, sizeof room, 5000)[0]) got++;
    CHECK(got == 3, "%d came", got);
    natsSubscription_Destroy(sub);
    return 1;
}

static void count(natsConnection *nc, natsSubscription *sub, natsMsg *msg, void *closure)
{
    (void)nc; (void)sub;
    __atomic_add_fetch((int *)closure, 1, __ATOMIC_SEQ_CST);
    natsMsg_Destroy(msg);
}

static int drained(natsConnection *nc)
{
    natsSubscription *sub = NULL;
    int got = 0;
    OK(natsConnection_Subscribe(&sub, nc, "cd", count, &got));
    for (int i = 0; i < 50; i++)
        publish(nc, "cd", i);
    OK(natsSubscription_Drain(sub));
    OK(natsSubscription_WaitForDrainCompletion(sub, 10000));
    CHECK(__atomic_load_n(&got, __ATOMIC_SEQ_CST) == 50, "%d of 50", got);
    natsSubscription_Destroy(sub);
    return 1;
}

static int round_trip(natsConnection *nc)
{
    int64_t rtt = -1;
    OK(natsConnection_FlushTimeout(nc, 5000));
    OK(natsConnection_GetRTT(nc, &rtt));
    CHECK(rtt >= 0, "no time");
    return 1;
}

static int echo_off(natsConnection *other)
{
    natsConnection *nc = NULL;
    natsSubscription *sub = NULL;
    natsOptions *opts = options();
    char room[64];
    OK(natsOptions_SetNoEcho(opts, true));
    OK(dial(&nc, opts));
    OK(natsConnection_SubscribeSync(&sub, nc, "ce"));
    OK(natsConnection_PublishString(nc, "ce", "own"));
    OK(natsConnection_FlushTimeout(nc, 5000));
    OK(natsConnection_PublishString(other, "ce", "other"));
    OK(natsConnection_FlushTimeout(other, 5000));
    CHECK(!strcmp(next(sub, room, sizeof room, 5000), "other"), "got %s", room);
    natsSubscription_Destroy(sub);
    natsConnection_Destroy(nc);
    return 1;
}

static int verbose(natsConnection *unused)
{
    natsConnection *nc = NULL;
    natsOptions *opts = options();
    (void)unused;
    OK(natsOptions_SetVerbose(opts, true));
    OK(natsOptions_SetPedantic(opts, true));
    OK(dial(&nc, opts));
    if (!ask(nc) || !wildcards(nc)) return 0;
    natsConnection_Destroy(nc);
    return 1;
}

static int no_jetstream(natsConnection *nc)
{
    jsCtx *js = NULL;
    jsAccountInfo *info = NULL;
    int64_t begun = nats_Now();
    natsStatus s = natsConnection_JetStream(&js, nc, NULL);
    if (s == NATS_OK)
        s = js_GetAccountInfo(&info, js, NULL, NULL);
    jsAccountInfo_Destroy(info);
    jsCtx_Destroy(js);
    CHECK(s == NATS_NO_RESPONDERS, "it says %s", natsStatus_GetText(s));
    CHECK(nats_Now() - begun < 4000, "it took too long");
    return 1;
}

static int admitted(const char *token, const char *user, const char *password)
{
    natsConnection *nc = NULL;
    natsOptions *opts = options();
    natsStatus s;
    if (token) natsOptions_SetToken(opts, token);
    if (user) natsOptions_SetUserInfo(opts, user, password);
    s = dial(&nc, opts);
    natsConnection_Destroy(nc);
    CHECK(s == NATS_OK || s == NATS_CONNECTION_AUTH_FAILED, "it says %s", natsStatus_GetText(s));
    return s == NATS_OK ? 1 : -1;
}

static int right_token(natsConnection *nc) { (void)nc; return admitted("sesame", NULL, NULL) == 1; }
static int right_user(natsConnection *nc) { (void)nc; return admitted(NULL, "ann", "secret") == 1; }
static int wrong_token(natsConnection *nc) { (void)nc; return admitted("open", NULL, NULL) == -1; }
static int wrong_password(natsConnection *nc) { (void)nc; return admitted(NULL, "ann", "sesame") == -1; }
static int nothing(natsConnection *nc) { (void)nc; return admitted(NULL, NULL, NULL) == -1; }

struct check { const char *name; int (*run)(natsConnection *); };

static const struct check suite[] = {
    { "publish and subscribe with wildcards", wildcards }, { "a queue group shares, each message once", queue_group },
    { "request and reply over one inbox subscription", ask }, { "request and reply, the old way", old_style },
    { "no responders is said at once", nobody }, { "headers with several values", header_values },
    { "the largest payload goes, a larger one is refused", largest }, { "unsubscribe after so many", so_many },
    { "drain of a subscription loses nothing", drained }, { "flush and rtt", round_trip }, { "echo off", echo_off },
    { "verbose and pedantic", verbose }, { "JetStream is said to be missing, at once", no_jetstream }, { NULL, NULL },
};

static const struct check auth[] = {
    { "right token", right_token }, { "right user and password", right_user }, { "wrong token", wrong_token },
    { "wrong password", wrong_password }, { "nothing at all", nothing }, { NULL, NULL },
};

static int run(const struct check *checks, natsConnection *nc)
{
    for (; checks->name; checks++) {
        snprintf(why, sizeof why, "it came out the other way");
        if (checks->run(nc)) printf("ok %s\n", checks->name);
        else printf("not ok %s: %s\n", checks->name, why);
        fflush(stdout);
    }
    return 0;
}

static int by_name(const void *x, const void *y) { return strcmp(*(const char *const *)x, *(const char *const *)y); }

static void show(natsMsg *msg, int with_subject)
{
    const char **keys = NULL;
    int count = 0;
    if (with_subject) printf("%s ", natsMsg_GetSubject(msg));
    printf("%.*s", natsMsg_GetDataLength(msg), natsMsg_GetData(msg));
    if (natsMsgHeader_Keys(msg, &keys, &count) == NATS_OK) {
        qsort((void *)keys, (size_t)count, sizeof *keys, by_name);
        for (int i = 0; i < count; i++) {
            const char **values = NULL;
            int many = 0;
            natsMsgHeader_Values(msg, keys[i], &values, &many);
            printf(" %s=", keys[i]);
            for (int j = 0; j < many; j++) printf("%s%s", j ? "|" : "", values[j]);
            free((void *)values);
        }
        free((void *)keys);
    }
    say("");
}

static int gone, back;
static void on_lame(natsConnection *nc, void *closure) { (void)nc; (void)closure; say("ldm"); }
static void on_gone(natsConnection *nc, void *closure) { (void)nc; (void)closure; if (!gone++) say("disconnect"); }
static void on_back(natsConnection *nc, void *closure) { (void)nc; (void)closure; say("reconnect"); __atomic_store_n(&back, 1, __ATOMIC_SEQ_CST); }

static int stay(const char *subject)
{
    natsConnection *nc = NULL;
    natsSubscription *sub = NULL;
    natsOptions *opts = options();
    natsMsg *msg = NULL;
    OK(natsOptions_SetReconnectWait(opts, 100));
    OK(natsOptions_SetReconnectJitter(opts, 0, 0));
    OK(natsOptions_SetMaxReconnect(opts, -1));
    OK(natsOptions_SetLameDuckModeCB(opts, on_lame, NULL));
    OK(natsOptions_SetDisconnectedCB(opts, on_gone, NULL));
    OK(natsOptions_SetReconnectedCB(opts, on_back, NULL));
    OK(dial(&nc, opts));
    OK(natsConnection_SubscribeSync(&sub, nc, subject));
    OK(natsConnection_FlushTimeout(nc, 5000));
    say("ready");
    for (int done = 0; !done; natsMsg_Destroy(msg)) {
        OK(natsSubscription_NextMsg(&msg, sub, 60000));
        show(msg, 1);
        done = __atomic_load_n(&back, __ATOMIC_SEQ_CST);
    }
    natsSubscription_Destroy(sub);
    natsConnection_Destroy(nc);
    return 1;
}

static int serve(natsConnection *nc, const char *subject, int count, int answering)
{
    natsSubscription *sub = NULL;
    OK(natsConnection_SubscribeSync(&sub, nc, subject));
    OK(natsConnection_FlushTimeout(nc, 5000));
    say("ready");
    while (count-- > 0) {
        natsMsg *msg = NULL;
        OK(natsSubscription_NextMsg(&msg, sub, 60000));
        if (answering) respond(nc, sub, msg, NULL);
        else { show(msg, 1); natsMsg_Destroy(msg); }
    }
    OK(natsConnection_FlushTimeout(nc, 5000));
    natsSubscription_Destroy(sub);
    return 1;
}

static int send_one(natsConnection *nc, char **args, int count)
{
    natsMsg *msg = NULL;
    OK(natsMsg_Create(&msg, args[0], NULL, args[1], (int)strlen(args[1])));
    for (int i = 2; i < count; i++) {
        char *value = strchr(args[i], '=');
        *value++ = 0;
        OK(natsMsgHeader_Add(msg, args[i], value));
    }
    OK(natsConnection_PublishMsg(nc, msg));
    OK(natsConnection_FlushTimeout(nc, 5000));
    natsMsg_Destroy(msg);
    return 1;
}

static int request(natsConnection *nc, const char *subject, const char *payload)
{
    natsMsg *answer = NULL;
    natsStatus s = natsConnection_RequestString(&answer, nc, subject, payload, 10000);
    if (s == NATS_NO_RESPONDERS) { say("no responders"); return 1; }
    CHECK(s == NATS_OK, "%s", natsStatus_GetText(s));
    show(answer, 0);
    natsMsg_Destroy(answer);
    return 1;
}

int main(int argc, char **argv)
{
    natsConnection *nc = NULL;
    const char *mode = argv[1];
    int done = 1;
    if (argc < 3) return 2;
    url = argv[2];
    if (!strcmp(mode, "auth")) return run(auth, NULL);
    if (!strcmp(mode, "stay")) done = stay(argv[3]);
    else if (dial(&nc, options()) != NATS_OK) { snprintf(why, sizeof why, "cannot connect"); done = 0; }
    else if (!strcmp(mode, "suite")) run(suite, nc);
    else if (!strcmp(mode, "sub")) done = serve(nc, argv[3], atoi(argv[4]), 0);
    else if (!strcmp(mode, "reply")) done = serve(nc, argv[3], atoi(argv[4]), 1);
    else if (!strcmp(mode, "pub")) done = send_one(nc, argv + 3, argc - 3);
    else if (!strcmp(mode, "request")) done = request(nc, argv[3], argv[4]);
    else return 2;
    if (!done) printf("not ok %s: %s\n", mode, why);
    natsConnection_Destroy(nc);
    nats_Close();
    return done ? 0 : 1;
}
