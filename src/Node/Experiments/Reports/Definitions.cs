namespace Anode.Experiments.Reports;

/// <summary>What every count means: in the report, so that nobody has to look elsewhere.</summary>
internal static class Definitions
{
    public static readonly (string Term, string Meaning)[] All =
    [
        ("invoked", "the publisher began to send it, or could not for want of a connection at the time it was to be sent"),
        ("acknowledged", "the server said that it has it: OK to a PUT (every node with a subscriber has queued it), PONG behind a publish, or a subscriber's answer"),
        ("info", "a time-out or a lost connection: nobody can know whether it was published. Never counted as failed"),
        ("delivered", "reached the receiver at least once. A receiver is a subscriber, or a queue group as a whole"),
        ("lost-acked", "acknowledged, never delivered, and the receiver was subscribed throughout. Where the OK says how many receivers have it: fewer got it. Invalid"),
        ("unheard", "acknowledged, and the OK itself named fewer receivers than there were: the server did not know of this one, for example because two halves of the mesh could not reach each other. Part of «lost»"),
        ("never-acked", "neither acknowledged nor delivered. Allowed, and reported; part of «lost»"),
        ("recovered", "not acknowledged, and delivered"),
        ("away", "not delivered to a receiver that had no connection then, had subscribed less than 0.5 s before, or lost its connection less than 1 s later"),
        ("duplicate", "each delivery to the same receiver after the first"),
        ("out of order", "delivered after a later one of the same publisher to the same subscriber; how far is the difference of the numbers"),
        ("unexpected", "delivered and never sent, not for this receiver, or with a wrong checksum. Invalid"),
        ("dropped by policy", "left out for a slow consumer, by the nodes' own account"),
        ("due", "each message at each receiver it was for: delivered, receiver away, refused or never sent, or missing"),
        ("explained", "missing, and somebody says why: the fault that lists it as lost or changed, the node that left it out and its policy, the end of its publisher's connection before the answer, the end of a process, or a change of links, while it was under way. Of a message whose OK was broken only the first two and the death of the receiver's own node count. Still in flight: the run did not drain and a node that had seen it held bytes"),
        ("unexplained", "missing, and none of these. The nodes that saw it are named"),
        ("charged to, in the time of", "the fault that had the message in its hands; else the newest fault that had begun before the message was through and was neither over nor recovered from when it was sent. That is a hint and explains nothing"),
        ("good", "a tenth of a second is good if the wanted share of the messages that were to be sent in it reached every receiver in time"),
        ("availability", "share of good tenths of a second in the measured phases; those in which nothing was to be sent do not count"),
        ("time to detect", "injection → first event of any node (other than the one that was hit, if there is one) that tells of a lost connection, endpoint or member"),
        ("time to recover", "injection → beginning of the first window of good tenths of a second as long as the steady state asks for"),
        ("latency", "from the time a message was to be sent, so that a publisher held up hides nothing"),
        ("two owners", "two nodes say at the same time that they have an endpoint"),
        ("interval", "95 % percentile bootstrap of the median over repetitions (2,000 samples); from three repetitions up"),
    ];
}
