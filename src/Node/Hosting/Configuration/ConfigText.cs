using System.Text;

namespace Anode.Hosting.Configuration;

/// <summary>Effective configuration as text that can be loaded again.</summary>
internal static class ConfigText
{
    /// <summary>Stands for every secret.</summary>
    public const string Mask = "***";

    /// <summary>
    /// All that the node goes by, each key once, secrets masked; the same options give the same text. Keys that have no effect
    /// on an item (<c>unix-mode</c> of a TCP listener) are left out.
    /// </summary>
    public static string Show(NodeOptions options)
    {
        var text = new StringBuilder("node {\n");
        NodeOptions.Map(new FieldWriter<NodeOptions>(options, text, depth: 1), Surroundings.None);
        return text.Append("}\n").ToString();
    }

    /// <summary>The same with what is given to Akka.</summary>
    public static string Show(LoadedConfig config)
    {
        var akka = ConfigBlock.Empty(default).With(["akka"], Masked("akka", config.Tree.Items["akka"]));
        return $"{Show(config.Options)}\n{HoconText.Write(akka)}";
    }

    /// <summary>Akka's keys are not ours to know; those that end a path with a secret say so in their name.</summary>
    private static ConfigNode Masked(string key, ConfigNode node) => node switch
    {
        ConfigBlock block => block with { Items = block.Items.SetItems(block.Items.Select(item => KeyValuePair.Create(item.Key, Masked(item.Key, item.Value)))) },
        ConfigScalar { Text.Length: > 0 } secret when key.Contains("password") || key.Contains("secret") || key.Contains("token") => secret with { Text = Mask },
        _ => node,
    };
}
