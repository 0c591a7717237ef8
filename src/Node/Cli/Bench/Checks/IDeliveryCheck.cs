namespace Anode.Cli.Bench.Checks;

/// <summary>Looks at every delivery of one subscriber.</summary>
internal interface IDeliveryCheck
{
    /// <summary>A message came.</summary>
    void Take(Stamp stamp);

    /// <summary>How many different messages of ours have been accounted for, lost ones among them once they are known to be.</summary>
    long Accounted { get; }

    Verdict Verdict { get; }
}
