using System.CommandLine;
using Anode.Sockets;
using Anode.Sockets.Client;

namespace Anode.Cli.Commands;

/// <summary>Whom a client command trusts at <c>tls://</c>, and what it shows of itself.</summary>
internal sealed class TlsFlags
{
    private readonly Option<string?> _authorities = Flag.Text("--tls-ca", "FILE", "With tls://: PEM file of who may have signed the server's certificate. Default: whom this system trusts.");
    private readonly Option<string?> _certificate = Flag.Text("--tls-cert", "FILE", "With tls://: PEM file of a certificate to show to servers that want one.");
    private readonly Option<string?> _key = Flag.Text("--tls-key", "FILE", "PEM file of the key of --tls-cert. Default: in the same file.");
    private readonly Option<bool> _insecure = Flag.Switch("--tls-insecure", "With tls://: take whoever answers for the server, unchecked.");

    public TlsFlags AddTo(Command command)
    {
        command.Options.Add(_authorities);
        command.Options.Add(_certificate);
        command.Options.Add(_key);
        command.Options.Add(_insecure);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_key) is not null && result.GetValue(_certificate) is null)
                result.AddError("--tls-key: there is no --tls-cert it could be the key of");
        });
        return this;
    }

    /// <exception cref="CommandFailure">A file is no use.</exception>
    public TlsClient Of(ParseResult parsed)
    {
        var settings = new TlsSettings
        {
            Authorities = parsed.GetValue(_authorities) ?? "",
            Certificate = parsed.GetValue(_certificate) ?? "",
            Key = parsed.GetValue(_key) ?? "",
            Insecure = parsed.GetValue(_insecure),
        };
        try
        {
            TlsTerms.Load(settings, listens: false);
        }
        catch (TlsFileException e)
        {
            throw CommandFailure.Usage($"{FlagOf(e.Setting)}: {e.Message}");
        }

        return new TlsClient(settings);
    }

    private static string FlagOf(string setting) => setting switch
    {
        "authorities" => "--tls-ca",
        "key" => "--tls-key",
        _ => "--tls-cert",
    };
}
