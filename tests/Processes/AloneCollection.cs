using Xunit;

namespace Anode.Tests.Processes;

/// <summary>Tests that measure a process or use most of what this one may have: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
