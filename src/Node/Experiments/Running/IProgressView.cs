namespace Anode.Experiments.Running;

/// <summary>Whoever watches an experiment. Called from several threads.</summary>
internal interface IProgressView
{
    /// <summary>Something happened that deserves a line.</summary>
    void Say(string line);

    /// <summary>How far the run is.</summary>
    void Move(string run, double share, string text);
}
