using System.Net;
using Anode.Operations;
using Xunit;

namespace Anode.Tests.Operations;

public sealed class ApiAccessTests
{
    private const string Json = "application/json";

    [Theory]
    [InlineData("127.0.0.1", "localhost", null)]
    [InlineData("127.0.0.1", "LocalHost", null)]
    [InlineData("127.0.0.1", "127.0.0.1", null)]
    [InlineData("127.0.0.1", "", null)]
    [InlineData("::1", "[::1]", null)]
    [InlineData("::ffff:127.0.0.1", "localhost", null)]
    [InlineData("127.0.0.1", "evil.example", 403)]
    [InlineData("127.0.0.1", "127.0.0.1.evil.example", 403)]
    [InlineData("127.0.0.1", "localhost.evil.example", 403)]
    [InlineData("::1", "10.0.0.7", 403)]
    [InlineData("10.0.0.7", "node-7.lab.example", null)]
    public void Foreign_name_is_refused_where_only_this_machine_can_reach_us(string to, string host, int? status) =>
        Assert.Equal(status, ApiAccess.RefuseAny(new ApiAccess.Request(IPAddress.Loopback, IPAddress.Parse(to), host, null, null))?.Status);

    [Theory]
    [InlineData("127.0.0.1", "", null, null)]
    [InlineData("::1", "", null, null)]
    [InlineData("::ffff:127.0.0.1", "", null, null)]
    [InlineData("10.0.0.8", "", null, 403)]
    [InlineData("10.0.0.8", "", "Bearer ", 403)]
    [InlineData("10.0.0.8", "s3cret", null, 401)]
    [InlineData("10.0.0.8", "s3cret", "Bearer s3cret", null)]
    [InlineData("127.0.0.1", "s3cret", null, 401)]
    [InlineData("127.0.0.1", "s3cret", "s3cret", 401)]
    [InlineData("127.0.0.1", "s3cret", "Basic s3cret", 401)]
    [InlineData("127.0.0.1", "s3cret", "Bearer", 401)]
    [InlineData("127.0.0.1", "s3cret", "Bearer s3cre", 401)]
    [InlineData("127.0.0.1", "s3cret", "Bearer s3cret2", 401)]
    [InlineData("127.0.0.1", "s3cret", "Bearer s3cret", null)]
    [InlineData("127.0.0.1", "s3cret", "bearer s3cret", null)]
    public void Change_needs_the_token_if_there_is_one_and_from_elsewhere_there_must_be_one(string from, string token, string? authorization, int? status) =>
        Assert.Equal(status, ApiAccess.RefuseChange(new ApiAccess.Request(IPAddress.Parse(from), null, "", Json, authorization), token)?.Status);

    [Theory]
    [InlineData("application/json", null)]
    [InlineData("application/json; charset=utf-8", null)]
    [InlineData("Application/JSON", null)]
    [InlineData(null, 415)]
    [InlineData("", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("multipart/form-data; boundary=x", 415)]
    [InlineData("application/jsonp", 415)]
    [InlineData("text/plain; application/json", 415)]
    public void Change_that_a_browser_would_send_to_a_foreign_site_unasked_is_refused(string? contentType, int? status) =>
        Assert.Equal(status, ApiAccess.RefuseChange(new ApiAccess.Request(IPAddress.Loopback, null, "", contentType, null), "")?.Status);
}
