using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Akka.Configuration;

namespace Anode.Hosting.Configuration;

/// <summary>
/// Layers → configuration: embedded <c>hocon.conf</c> ← file ← environment ← <c>--set</c> ← flags. No text crashes it or throws out of it:
/// what is wrong comes back as <see cref="ConfigError"/>s, all of them at once where the text can be read at all.
/// </summary>
internal static class ConfigLoader
{
    /// <summary>Origin of every default, so that no error sends anybody to a line of a file he does not have.</summary>
    public const string BuiltInName = "built-in hocon.conf";

    /// <summary>More than anybody mends before the next try.</summary>
    private const int MaxErrors = 50;

    public static readonly ConfigBlock BuiltIn = ReadBuiltIn();

    public static readonly ConfigSchema Schema = new(BuiltIn);

    private static readonly IReadOnlyDictionary<string, string> NoEnvironment = ImmutableDictionary<string, string>.Empty;

    /// <summary>The whole configuration, as <c>anode run</c> starts with it.</summary>
    public static LoadResult Load(string? file, IReadOnlyDictionary<string, string> environment, Overrides overrides)
    {
        if (file is null)
            return LoadText("", "", environment, overrides);
        return ConfigFile.TryRead(file, out var text, out var error)
            ? LoadText(text, file, environment, overrides)
            : LoadResult.Failed([error]);
    }

    /// <summary>A file by itself, whatever this shell's environment says.</summary>
    public static LoadResult Check(string file) => Load(file, NoEnvironment, Overrides.None);

    /// <summary>As <see cref="Load"/>, of text that has been read already.</summary>
    public static LoadResult LoadText(string text, string file, IReadOnlyDictionary<string, string> environment, Overrides overrides)
    {
        if (Encoding.UTF8.GetByteCount(text) > ConfigFile.MaxBytes)
            return LoadResult.Failed([ConfigFile.TooLarge(file)]);
        if (!HoconReader.TryReadDocument(text, file, out var root, out var error))
            return LoadResult.Failed([error]);
        var errors = new List<ConfigError>();
        var layers = new ConfigLayers(Schema, errors);
        var given = root.MergedWith(layers.FromEnvironment(environment)).MergedWith(layers.FromFlags(overrides));
        return Bind(layers.ExpandUris(given), Surroundings.Of(environment), errors);
    }

    /// <summary>The merged tree as options; what is wrong is noted in <paramref name="context"/>.</summary>
    public static NodeOptions Read(ConfigBlock effective, Surroundings here, ReadingContext context)
    {
        var scopes = new[] { effective, BuiltIn }.Select(tree => tree.Items["node"]).OfType<ConfigBlock>().Select(node => new Scope("node", node));
        return NodeOptions.Map(new FieldReader<NodeOptions>([.. scopes], context), here);
    }

    private static LoadResult Bind(ConfigBlock given, Surroundings here, List<ConfigError> errors)
    {
        errors.AddRange(Schema.Check(given));
        var effective = BuiltIn.MergedWith(given);
        var context = new ReadingContext(effective, BuiltIn);
        var options = Read(effective, here, context);
        errors.AddRange(context.Errors);
        if (errors.Count > 0)
            return LoadResult.Failed(Readable(errors));
        if (given.Find(["akka", "loglevel"]) is null)
            effective = effective.With(["akka", "loglevel"], new ConfigScalar(options.Log.AkkaLevel, effective.Origin));
        return LoadResult.Of(new LoadedConfig(options, ConfigurationFactory.ParseString(HoconText.Write(effective))) { Tree = effective });
    }

    /// <summary>In the order of the file, then what came from elsewhere; an error in defaults is found once per item and told once.</summary>
    private static IEnumerable<ConfigError> Readable(List<ConfigError> errors)
    {
        ConfigError[] all = [.. errors.Distinct().OrderBy(e => e.Line == 0).ThenBy(e => e.Line)];
        return all.Length <= MaxErrors
            ? all
            : all.Take(MaxErrors).Append(new ConfigError(all[0].File, 0, "", $"and {all.Length - MaxErrors} more errors"));
    }

    private static ConfigBlock ReadBuiltIn()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("hocon.conf")
            ?? throw new InvalidOperationException("hocon.conf is not embedded in this build");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return HoconReader.TryReadDocument(reader.ReadToEnd(), BuiltInName, out var root, out var error)
            ? root
            : throw new InvalidOperationException(error.ToString());
    }
}
