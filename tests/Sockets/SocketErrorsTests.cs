using System.Net.Sockets;
using System.Reflection;
using Anode.Messages;
using Anode.Sockets;
using Xunit;
using static Anode.Sockets.SocketErrors;

namespace Anode.Tests.Sockets;

/// <summary>The tables that say what an errno is called and what it asks for.</summary>
public sealed class SocketErrorsTests
{
    [Theory]
    [InlineData(SocketError.Success, 0)]
    [InlineData(SocketError.AddressAlreadyInUse, EADDRINUSE)]
    [InlineData(SocketError.AddressNotAvailable, EADDRNOTAVAIL)]
    [InlineData(SocketError.AddressFamilyNotSupported, EAFNOSUPPORT)]
    [InlineData(SocketError.ProtocolNotSupported, EPROTONOSUPPORT)]
    [InlineData(SocketError.SocketNotSupported, ESOCKTNOSUPPORT)]
    [InlineData(SocketError.OperationNotSupported, EOPNOTSUPP)]
    [InlineData(SocketError.AccessDenied, EACCES)]
    [InlineData(SocketError.ConnectionRefused, ECONNREFUSED)]
    [InlineData(SocketError.ConnectionReset, ECONNRESET)]
    [InlineData(SocketError.ConnectionAborted, ECONNABORTED)]
    [InlineData(SocketError.Shutdown, EPIPE)]
    [InlineData(SocketError.TimedOut, ETIMEDOUT)]
    [InlineData(SocketError.HostUnreachable, EHOSTUNREACH)]
    [InlineData(SocketError.NetworkUnreachable, ENETUNREACH)]
    [InlineData(SocketError.MessageSize, EMSGSIZE)]
    [InlineData(SocketError.NoBufferSpaceAvailable, ENOBUFS)]
    [InlineData(SocketError.TooManyOpenSockets, EMFILE)]
    [InlineData(SocketError.NotConnected, ENOTCONN)]
    [InlineData(SocketError.IsConnected, EISCONN)]
    [InlineData(SocketError.InvalidArgument, EINVAL)]
    [InlineData(SocketError.NotSocket, ENOTSOCK)]
    [InlineData(SocketError.OperationAborted, ECANCELED)]
    [InlineData(SocketError.HostNotFound, ENXIO)]
    [InlineData(SocketError.TryAgain, ENXIO)]
    public void Runtimes_error_becomes_linuxs_number(SocketError error, int errno)
    {
        Assert.Equal(errno, ErrnoOf(error));
        if (error is not (SocketError.Success or SocketError.OperationAborted))
            Assert.Equal(errno, ErrnoOf(new SocketException((int)error)));
    }

    [Fact]
    public void Every_errno_this_room_names_has_a_name_and_a_sentence()
    {
        var named = typeof(SocketErrors).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).ToList();
        Assert.True(named.Count > 30);
        foreach (var field in named)
        {
            var errno = (int)field.GetRawConstantValue()!;
            Assert.Equal(field.Name, NameOf(errno));
            Assert.DoesNotContain("errno", TextOf(errno));
        }
    }

    [Fact]
    public void Errno_without_a_row_is_still_told() =>
        Assert.Equal(("E9999", "errno 9999"), (NameOf(9999), TextOf(9999)));

    [Theory]
    [InlineData(EMFILE, nameof(AcceptVerdict.Shortage))]
    [InlineData(ENFILE, nameof(AcceptVerdict.Shortage))]
    [InlineData(ENOMEM, nameof(AcceptVerdict.Shortage))]
    [InlineData(ENOBUFS, nameof(AcceptVerdict.Shortage))]
    [InlineData(EBADF, nameof(AcceptVerdict.SocketDead))]
    [InlineData(ENOTSOCK, nameof(AcceptVerdict.SocketDead))]
    [InlineData(EINVAL, nameof(AcceptVerdict.SocketDead))]
    [InlineData(EOPNOTSUPP, nameof(AcceptVerdict.SocketDead))]
    [InlineData(ECANCELED, nameof(AcceptVerdict.SocketDead))]
    [InlineData(ECONNABORTED, nameof(AcceptVerdict.PeersFault))]
    [InlineData(71 /* EPROTO */, nameof(AcceptVerdict.PeersFault))]
    [InlineData(EPERM, nameof(AcceptVerdict.PeersFault))]
    [InlineData(EINTR, nameof(AcceptVerdict.PeersFault))]
    [InlineData(ENETUNREACH, nameof(AcceptVerdict.PeersFault))]
    [InlineData(EHOSTUNREACH, nameof(AcceptVerdict.PeersFault))]
    [InlineData(9999, nameof(AcceptVerdict.PeersFault))]
    public void Accept_error_falls_into_its_tier(int errno, string verdict) => Assert.Equal(verdict, OnAccept(errno).ToString());

    [Theory]
    [InlineData(EADDRINUSE, true)]
    [InlineData(EADDRNOTAVAIL, true)]
    [InlineData(EMFILE, true)]
    [InlineData(ENXIO, true)]
    [InlineData(EACCES, false)]
    [InlineData(EPERM, false)]
    [InlineData(EAFNOSUPPORT, false)]
    [InlineData(ENOENT, false)]
    [InlineData(ENAMETOOLONG, false)]
    [InlineData(EINVAL, false)]
    public void Bind_error_may_pass_or_wants_a_person(int errno, bool mayPass) => Assert.Equal(mayPass, MayPass(errno));

    [Theory]
    [InlineData(ECONNRESET, CloseReason.PeerReset)]
    [InlineData(EPIPE, CloseReason.PeerReset)]
    [InlineData(ETIMEDOUT, CloseReason.TimedOut)]
    [InlineData(EHOSTUNREACH, CloseReason.TimedOut)]
    [InlineData(ENOMEM, CloseReason.SocketError)]
    public void Failed_stream_ends_for_a_named_reason(int errno, CloseReason reason) => Assert.Equal(reason, OnStream(errno));
}
