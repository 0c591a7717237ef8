using System.Reflection;
using Anode.Messages;
using Anode.Protocols.Native.Wire;
using Xunit;

namespace Anode.Tests.Protocols.Native;

public class ErrorCodeTests
{
    private static readonly string[] Closing =
    [
        "bad-frame", "frame-too-large", "bad-hello", "unauthorized", "too-many-connections", "slow-consumer", "heartbeat-timeout",
        "shutting-down",
    ];

    private static readonly string[] Staying =
        ["bad-subject", "payload-too-large", "forbidden", "unknown-kind", "too-many-subscriptions", "receipt-timeout"];

    [Fact]
    public void Codes_are_those_of_the_contract() =>
        Assert.Equal(
            Closing.Concat(Staying).Order(),
            typeof(ErrorCode).GetFields(BindingFlags.Static | BindingFlags.Public)
                .Select(field => (string)field.GetValue(null)!).Order());

    [Fact]
    public void Some_close_the_connection_and_the_others_and_unknown_ones_do_not()
    {
        Assert.All(Closing, code => Assert.True(ErrorCode.Closes(code)));
        Assert.All(Staying.Append("newer"), code => Assert.False(ErrorCode.Closes(code)));
    }

    [Fact]
    public void Closing_code_is_the_close_reason_of_the_same_name() =>
        Assert.Subset(Enum.GetValues<CloseReason>().Select(reason => reason.Code()).ToHashSet(), Closing.ToHashSet());
}
